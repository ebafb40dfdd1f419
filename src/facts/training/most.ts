/**
 * Most splits, fits, scores or steps of one kind that are looked at in a file, first ones first: more than people write, few
 * enough that comparing each with each stays cheap in a file made to be slow.
 */
export const MOST = 200;
