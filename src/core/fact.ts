/** Derives a value from an object once and shares it: later calls with the same object return the first answer. */
export function fact<Subject extends object, Value>(derive: (subject: Subject) => Value): (subject: Subject) => Value {
  const known = new WeakMap<Subject, { readonly value: Value }>();
  return (subject) => {
    const hit = known.get(subject);
    if (hit !== undefined) return hit.value;
    const value = derive(subject);
    known.set(subject, { value });
    return value;
  };
}
