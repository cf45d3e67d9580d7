import { verify } from "./check.js";

onmessage = ({ data }) => {
  try {
    verify(data, (words) => postMessage({ said: words }), (round) => postMessage({ round }));
    postMessage({ done: true });
  } catch (wrong) {
    postMessage({ wrong: wrong.message });
  }
};
