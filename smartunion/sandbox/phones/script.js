// Keeps the phones fresh without losing what is being typed or where one has scrolled to.
const live = document.querySelector("[data-live]")
let shown = ""

const toEnds = () => live.querySelectorAll(".flow").forEach((flow) => { flow.scrollTop = flow.scrollHeight })

const refresh = async () => {
  const typed = live.querySelector(".answer input[name=text]")
  if (document.hidden || (typed && typed.value)) return
  const address = new URL(location.href)
  address.searchParams.set("part", "1")
  const answer = await fetch(address).catch(() => null)
  if (!answer || !answer.ok) return
  const html = await answer.text()
  if (html === shown) return
  const lists = live.querySelector(".list")
  const top = lists ? lists.scrollTop : 0
  const first = shown === ""
  const focused = document.activeElement && document.activeElement.name === "text"
  shown = html
  live.innerHTML = html
  live.querySelector(".list").scrollTop = first ? 0 : top
  if (focused) live.querySelector(".answer input[name=text]")?.focus()
  toEnds()
}

live.addEventListener("submit", async (event) => {
  if (!event.target.matches("[data-quiet]")) return
  event.preventDefault()
  const form = new FormData(event.target, event.submitter)
  await fetch(event.target.action, { method: "POST", body: new URLSearchParams(form) })
  event.target.reset()
  refresh()
})

toEnds()
setInterval(refresh, 1000)
