import { timeTip } from './time-text.ts'

let tip: HTMLDivElement | undefined

function show(target: Element): void {
  const text =
    target.getAttribute('data-tip') === 'time'
      ? timeTip(target.getAttribute('datetime') ?? '')
      : target.getAttribute('data-tip')
  if (!text) return
  if (!tip) {
    tip = document.createElement('div')
    tip.className = 'tip'
    tip.setAttribute('role', 'tooltip')
    document.body.append(tip)
  }
  tip.textContent = text
  tip.hidden = false
  const { left, top, bottom } = target.getBoundingClientRect()
  const { width, height } = tip.getBoundingClientRect()
  tip.style.left = `${Math.max(8, Math.min(left, innerWidth - width - 8))}px`
  tip.style.top = `${top > height + 12 ? top - height - 6 : bottom + 6}px`
}

function hide(): void {
  if (tip) tip.hidden = true
}

/** Shows what stands in `data-tip` while the pointer or the focus is on it, or the focus on its row. Esc hides it. */
export function startTips(): void {
  const tipOf = (target: EventTarget | null) => (target instanceof Element ? target.closest('[data-tip]') : null)
  addEventListener('pointerover', ({ target }) => {
    const found = tipOf(target)
    if (found) show(found)
    else hide()
  })
  addEventListener('focusin', ({ target }) => {
    const row = target instanceof Element && target.matches('article:focus-visible') ? target : null
    const found = tipOf(target) ?? row?.querySelector('[data-tip=time]')
    if (found) show(found)
    else hide()
  })
  addEventListener('keydown', ({ key }) => key === 'Escape' && hide())
  addEventListener('scroll', hide, { passive: true })
}
