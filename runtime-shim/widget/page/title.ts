/** Puts the number of unread messages before the page's title, and takes it away again; a title that the site changes meanwhile stays the site's. */
export function titleWithCount(page: { title: string }): (count: number) => void {
  let ours = '';
  let theirs = '';
  return (count) => {
    if (page.title !== ours) theirs = page.title;
    if (count === 0 && ours === '') return;
    ours = count === 0 ? '' : `(${count}) ${theirs}`;
    page.title = count === 0 ? theirs : ours;
  };
}
