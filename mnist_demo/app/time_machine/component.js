// The time machine in the browser, which gets all frames at once and moves through them without asking the server.
// Values from outside, such as the names of classes, are written as text and never as markup.

const PLAY = "M8 5v14l11-7z", PAUSE = "M6 19h4V5H6v14zm8-14v14h4V5h-4z"
const THUMB = 16 // pixels of the slider's thumb, whose middle never reaches the ends of the track
const WORST = 1 // the share of wrong images at the top of the curve; at its foot, a hundredth or a thousandth
const CURVE_HEIGHT = 40

const machines = new WeakMap()

export default function ({ data, parentElement }) {
  if (!machines.has(parentElement)) machines.set(parentElement, new Machine(parentElement))
  const machine = machines.get(parentElement)
  machine.take(data)
  return () => machine.pause()
}

class Machine {
  constructor(root) {
    this.find = selector => root.querySelector(selector)
    this.root = root
    this.slider = this.find("input")
    this.slider.oninput = () => { this.pause(); this.show(Number(this.slider.value)) }
    this.find(".play").onclick = () => (this.timer ? this.pause() : this.play())
    this.frames = []
    this.at = 0
  }

  // The data are new frames, or the same frames in other colours; the visitor stays at the shown epoch, or at the end.
  take(data) {
    const wasAtEnd = this.at >= this.frames.length - 1
    const shown = this.frames[this.at]?.epoch
    this.data = data
    this.frames = data.frames
    const again = this.frames.findIndex(frame => frame.epoch === shown)
    this.at = again < 0 || (wasAtEnd && !this.timer) ? this.frames.length - 1 : again
    this.slider.max = this.frames.length - 1
    this.slider.disabled = this.find(".play").disabled = this.frames.length < 2
    this.colours = colours(this.find(".machine"))
    this.makeKernels()
    this.makeDigits()
    this.makeTable()
    this.makeCurve()
    this.label()
    this.show(this.at)
    this.find(".machine").classList.add("drawn")
  }

  play() {
    if (this.at >= this.frames.length - 1) this.show(0)
    const pace = Math.min(700, Math.max(80, 8000 / this.frames.length)) // milliseconds a step, eight seconds in all
    this.timer = setInterval(() => {
      this.show(this.at + 1)
      if (this.at >= this.frames.length - 1) this.pause()
    }, pace)
    this.label()
  }

  pause() {
    clearInterval(this.timer)
    this.timer = undefined
    this.label()
    if (this.frames.length) this.say()
  }

  label() {
    this.find(".play path").setAttribute("d", this.timer ? PAUSE : PLAY)
    this.find(".play span").textContent = this.timer ? "Pause" : "Play"
  }

  show(index) {
    this.at = index
    const frame = this.frames[index]
    const { images, labels } = this.data
    this.slider.value = index
    this.find(".epoch").textContent = frame.label
    this.find(".accuracy").textContent = percent(frame.right / images)
    this.find(".wrong").textContent = `${count(images - frame.right)} of ${count(images)}`
    const right = frame.digits.filter(([answer], place) => answer === labels[place]).length
    this.find(".fixed").textContent = `${right} of ${labels.length}`
    this.slider.setAttribute("aria-valuetext", `${frame.label}: ${percent(frame.right / images)} right`)
    const x = this.place(index)
    for (const end of ["x1", "x2"]) this.find(".curve .now").setAttribute(end, x)
    this.showKernels(frame)
    this.showDigits(frame)
    this.showTable(frame)
    if (!this.timer) this.say()
  }

  // A screen reader is told only where the visitor stops, because it would fall behind while the frames play.
  say() {
    const frame = this.frames[this.at]
    const { images } = this.data
    this.find(".spoken").textContent =
      `${frame.label}: ${percent(frame.right / images)} of the validation images right, ` +
      `${this.find(".fixed").textContent} fixed digits right.`
  }

  makeKernels() {
    const { kernels } = this.data
    const caption = this.find(".kernels figcaption")
    caption.textContent = kernels.title
    caption.title = kernels.shown ? "Small patterns of weights, which the first layer looks for in the image" : ""
    this.find(".kernels .legend").hidden = !kernels.shown
    const room = kernels.shown > 24 ? 30 : 42 // pixels for each kernel, so that many kernels stay visible
    const scale = kernels.side ? Math.max(2, Math.floor(room / kernels.side)) : 0
    this.kernels = fill(this.find(".kernels .pictures"), kernels.shown, () => canvas(kernels.side))
    for (const each of this.kernels) each.style.width = each.style.height = `${kernels.side * scale}px`
  }

  showKernels(frame) {
    const { side, title } = this.data.kernels
    const levels = new Int8Array(bytes(frame.kernels).buffer)
    this.kernels.forEach((each, place) => {
      const at = place * side * side
      paint(each, index => {
        const level = levels[at + index]
        return [level < 0 ? this.colours.negative : this.colours.positive, (2 * Math.abs(level))]
      })
    })
    this.find(".kernels .pictures").setAttribute("aria-label", `${title}. ${frame.label}.`)
  }

  makeDigits() {
    const { labels, pixels } = this.data
    this.pixels = bytes(pixels)
    this.digits = fill(this.find(".digits .pictures"), labels.length, () => {
      const item = document.createElement("div")
      item.setAttribute("role", "listitem")
      const answer = document.createElement("div")
      answer.className = "answer"
      const sure = document.createElement("div")
      sure.className = "sure"
      sure.append(document.createElement("i"))
      item.append(canvas(28), answer, sure)
      return item
    })
  }

  showDigits(frame) {
    const { labels, names } = this.data
    this.digits.forEach((item, place) => {
      const [answer, confidence] = frame.digits[place]
      const isRight = answer === labels[place]
      const [picture, text, sure] = item.children
      item.className = isRight ? "right" : "wrong"
      const colour = isRight ? this.colours.right : this.colours.wrong
      paint(picture, index => [colour, this.pixels[place * 784 + index]])
      text.textContent = `${isRight ? "✓" : "×"} ${names[answer]}`
      sure.firstChild.style.transform = `scaleX(${confidence})`
      const said = isRight ? `${names[answer]} read right` : `${names[labels[place]]} read as ${names[answer]}`
      item.title = `${said}, ${percent(Math.min(confidence, 0.999))} sure`
      item.setAttribute("aria-label", item.title)
    })
  }

  makeTable() {
    const { names } = this.data
    const table = this.find("table")
    table.replaceChildren()
    // Longer names are vertical, because columns are as wide as a number.
    table.className = names.some(name => name.length > 3) ? "upright" : ""
    const head = table.createTHead().insertRow()
    head.insertCell() // the corner is a plain cell, because an empty header would be announced
    head.append(...names.map(name => header(name, "col")))
    const body = table.createTBody()
    this.cells = names.flatMap((name, row) => {
      const line = body.insertRow()
      line.append(header(name, "row"))
      return names.map((_, column) => {
        const cell = line.insertCell()
        if (row === column) cell.className = "diagonal"
        return cell
      })
    })
  }

  showTable(frame) {
    const { names } = this.data
    const size = names.length
    this.cells.forEach((cell, place) => {
      const row = Math.floor(place / size), column = place % size
      const images = frame.confusion[place]
      const share = images / Math.max(1, this.data.support[row])
      cell.textContent = images || ""
      // The root makes one image in a hundred visible; the colour leaves the number a contrast of at least 4.5.
      cell.style.setProperty("--share", `${(row === column ? share * 42 : Math.sqrt(share) * 50).toFixed(1)}%`)
      cell.title = `${names[row]} read as ${names[column]}: ${count(images)} (${percent(share)})`
    })
  }

  makeCurve() {
    const curve = this.find(".curve")
    const wrong = this.frames.map(frame => 1 - frame.right / this.data.images)
    const best = Math.min(...wrong) < 0.01 ? 0.001 : 0.01
    const y = share => (CURVE_HEIGHT * Math.log(WORST / Math.max(best, share))) / Math.log(WORST / best)
    const points = wrong.map((share, index) => `${this.place(index)},${y(share).toFixed(1)}`).join(" ")
    curve.setAttribute("aria-label", "Share of wrong validation images after each epoch, on a logarithmic scale")
    curve.setAttribute("viewBox", `0 0 1000 ${CURVE_HEIGHT}`)
    curve.innerHTML = `<line x1="0" x2="1000" y1="${CURVE_HEIGHT}" y2="${CURVE_HEIGHT}"/>` +
      `<polyline points="${points}"/><line class="now" y1="0" y2="${CURVE_HEIGHT}"/>`
  }

  // Return the place of a frame's mark on the curve, which is 1,000 wide: over the middle of the slider's thumb.
  place(index) {
    const width = this.slider.clientWidth || 600
    const share = this.frames.length > 1 ? index / (this.frames.length - 1) : 0.5
    return ((1000 * (THUMB / 2 + share * (width - THUMB))) / width).toFixed(1)
  }
}

function fill(parent, length, make) {
  // The elements are kept when their number stays the same, because new frames and colours only repaint them.
  if (parent.children.length !== length) parent.replaceChildren(...Array.from({ length }, make))
  return [...parent.children]
}

function canvas(side) {
  const made = document.createElement("canvas")
  made.width = made.height = side
  return made
}

function header(text, scope) {
  const made = document.createElement("th")
  const words = document.createElement("span")
  words.textContent = made.title = text
  made.append(words)
  made.scope = scope
  return made
}

// Paint a canvas pixel by pixel; `look` returns the colour and the opacity, 0 to 255, of each. The page is the paper.
function paint(target, look) {
  const context = target.getContext("2d")
  const picture = context.createImageData(target.width, target.height)
  for (let index = 0; index < target.width * target.height; index++) {
    const [[red, green, blue], opacity] = look(index)
    picture.data.set([red, green, blue, opacity], 4 * index)
  }
  context.putImageData(picture, 0, 0)
}

function colours(element) {
  const style = getComputedStyle(element)
  const read = name => {
    const context = canvas(1).getContext("2d")
    context.fillStyle = style.getPropertyValue(name).trim()
    context.fillRect(0, 0, 1, 1)
    return [...context.getImageData(0, 0, 1, 1).data.slice(0, 3)]
  }
  return {
    positive: read("--st-primary-color"),
    negative: read("--st-orange-color"),
    right: read("--st-green-text-color"),
    wrong: read("--st-red-text-color"),
  }
}

function bytes(base64) {
  return Uint8Array.from(atob(base64), letter => letter.charCodeAt(0))
}

// Return a share with as many digits as are significant, as `percent` in `words.py` does.
function percent(share) {
  return `${(100 * share).toFixed(share >= 0.99 ? 2 : 1)}%`
}

function count(number) {
  return number.toLocaleString("en-US")
}
