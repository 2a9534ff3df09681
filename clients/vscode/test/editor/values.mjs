// Values that nobody has, made anew in every run, and the book of them.

import { randomInt } from 'node:crypto';

/** Every value that must not be written anywhere but into its own file. */
export const planted = [];

function plant(value) {
	planted.push(value);
	return value;
}

function random(letters, length) {
	return Array.from({ length }, () => letters[randomInt(letters.length)]).join('');
}

/** An AWS access key id. */
export function key() {
	return plant(['AK', 'IA', random('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', 16)].join(''));
}

export function email() {
	const word = random('abcdefghijklmnopqrstuvwxyz', 9);
	return plant(`ada.${word.slice(0, 5)}@harrow-${word.slice(5)}.net`);
}

/** A number that is a payment card's by its form and its check digit. */
export function card() {
	const digits = `4${random('0123456789', 14)}`;
	const sum = Array.from(digits, Number).reduce((total, digit, i) => {
		const doubled = i % 2 === 0 ? digit * 2 : digit;
		return total + (doubled > 9 ? doubled - 9 : doubled);
	}, 0);
	return plant(`${digits}${(10 - (sum % 10)) % 10}`);
}
