import { spawn } from 'node:child_process'

type Env = Readonly<Record<string, string | undefined>>

/** What shows an address in the browser of the desktop; nothing where there is no desktop. */
export function openerOf(platform: NodeJS.Platform, env: Env): readonly string[] | undefined {
  if (platform === 'darwin') return ['open']
  if (platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler']
  return env.DISPLAY || env.WAYLAND_DISPLAY ? ['xdg-open'] : undefined
}

/** Shows an address in the browser, where there is one; where it does not work nothing happens. */
export function openInBrowser(
  url: string,
  [command, ...args]: readonly string[] = openerOf(process.platform, process.env) ?? [],
): void {
  if (!command) return
  // Its words would stand between ours, and it lives on without us.
  const child = spawn(command, [...args, url], { stdio: 'ignore', detached: true })
  child.on('error', () => {})
  child.unref()
}
