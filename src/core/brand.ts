declare const brand: unique symbol;

/** A nominal type: the same bits as `Base`, but only its own constructor makes one. */
export type Brand<Base, Name extends string> = Base & { readonly [brand]: Name };
