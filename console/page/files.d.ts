/** A file that is served as it is: its address. */
declare module '*.svg' {
  const address: string
  export default address
}
