/** A stylesheet as text: it is adopted by the shadow root, which no policy of a site forbids. */
declare module '*.css' {
  const text: string;
  // oxlint-disable-next-line import/no-default-export -- how a bundler gives a text
  export default text;
}
