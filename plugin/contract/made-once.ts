/**
 * What `make` makes of an object, made once and kept as long as the object is: for what each message asks for and a binding, say,
 * has but one of. An object that changes must not be given.
 */
export function madeOnce<From extends object, Made extends object>(make: (from: From) => Made): (from: From) => Made {
  const before = new WeakMap<From, Made>();
  return (from) => {
    let made = before.get(from);
    if (made === undefined) {
      made = make(from);
      before.set(from, made);
    }
    return made;
  };
}
