/** About how many tokens a text is: four characters each, as English and code have it. Good for a budget, not for a bill. */
export const tokensOf = (text: string): number => Math.ceil(text.length / 4);
