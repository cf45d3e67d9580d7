import { part, shuffle } from "./scrutiny.js";

onmessage = ({ data }) => {
  try {
    const { it, share, kind } = data;
    const said = kind === "shuffle"
      ? shuffle(it.context, it.key, it.mixes + 1, it.pairs, (round) => postMessage({ round }))
      : part(it.context, it.me, share, it.pairs);
    postMessage({ said });
  } catch (problem) {
    postMessage({ wrong: problem.message });
  }
};
