// What is shown for a state. Nothing here knows the editor, so that all of it can be tested without one.

import type { Status } from './protocol';

export type ServerState =
	| { readonly kind: 'starting' }
	| { readonly kind: 'running'; readonly version: string }
	| { readonly kind: 'stopped' }
	| { readonly kind: 'failed'; readonly reason: string };

/** Everything that the status items depend on. */
export interface State {
	readonly server: ServerState;
	/** The status of the file in front, or the newest there is if the server knows none of it. */
	readonly status: Status | undefined;
	/** The name of the file that the status speaks of. */
	readonly file: string | undefined;
}

export type Level = 'plain' | 'warning' | 'error';

/** One thing to know, as a line of a list. */
export interface Fact {
	readonly icon: string;
	readonly text: string;
	readonly detail: string;
	readonly level: Level;
}

export interface View {
	/** The text of the status bar item. */
	readonly text: string;
	readonly level: Level;
	readonly headline: Fact;
	/** The file, the proxy, the policy and the latest request. */
	readonly others: readonly Fact[];
	/** What is not the person's to change, and what of theirs does not count. */
	readonly organisation: readonly Fact[];
}

export function view(state: State): View {
	const { server, status } = state;
	switch (server.kind) {
		case 'starting':
			return alone('$(sync~spin) Scrubjay', fact('sync~spin', 'Scrubjay starts', 'files are not judged yet'));
		case 'stopped':
			return alone('$(circle-slash) Scrubjay', fact('circle-slash', 'Scrubjay has stopped', 'restart it to go on', 'error'));
		case 'failed':
			return alone('$(error) Scrubjay', fact('error', 'Scrubjay is not running', server.reason, 'error'));
		case 'running':
			break;
	}
	if (status === undefined) {
		return alone('$(shield) Scrubjay', fact('shield', 'Scrubjay runs', 'no file is open that it watches'));
	}
	const count = total(status);
	const { headline } = status;
	const level: Level = !headline.protected || (count > 0 && status.verdict === 'forbid') ? 'warning' : 'plain';
	return {
		text: headline.protected ? `$(shield) Scrubjay${count > 0 ? ` ${count}` : ''}` : '$(warning) Not protected',
		level,
		headline: fact(headline.protected ? 'shield' : 'warning', headline.text, headline.why, level),
		others: otherFacts(state, status),
		organisation: organisationFacts(status),
	};
}

function alone(text: string, headline: Fact): View {
	return { text, level: headline.level, headline, others: [], organisation: [] };
}

function fact(icon: string, text: string, detail = '', level: Level = 'plain'): Fact {
	return { icon, text, detail, level };
}

/** What is not the headline, which says what is worst. */
function otherFacts({ file }: State, status: Status): Fact[] {
	const { proxy, policy, exchange } = status;
	const all: Fact[] = [];
	if (file !== undefined) {
		all.push(fact('file', file, status.unscanned === undefined ? findings(total(status)) : 'its text is not looked at'));
	}
	if (proxy.listen !== undefined) {
		all.push(fact('radio-tower', `The proxy listens on ${proxy.listen}`, 'scrubjay env prints what assistants need'));
	}
	if (policy.refused !== undefined) {
		all.push(fact('warning', 'A newer policy was not taken', policy.refused));
	}
	if (policy.revision !== '') {
		all.push(fact('law', `Policy ${policy.revision}`, 'decides what may go where'));
	}
	const set = policy.decided?.length ?? 0;
	if (set > 0) {
		all.push(fact('lock', `Set by your organisation: ${set === 1 ? '1 setting' : `${set} settings`}`, 'your own do not loosen them'));
	}
	if (exchange !== undefined) {
		all.push(fact('arrow-swap', exchange.text, 'the latest request through the proxy'));
	}
	return all;
}

function organisationFacts({ policy }: Status): Fact[] {
	return [
		...(policy.decided ?? []).map(({ name, value, from }) => fact('lock', `${name}: ${value}`, `Set by your organisation: ${from}`)),
		...(policy.ignored ?? []).map((why) => fact('circle-slash', 'A setting of yours does not count', why, 'warning')),
	];
}

/** A moment as clocks show it. */
export function clock(moment: string): string {
	const at = new Date(moment);
	return `${String(at.getHours()).padStart(2, '0')}:${String(at.getMinutes()).padStart(2, '0')}`;
}

function total(status: Status): number {
	return Object.values(status.classes).reduce((sum, n) => sum + n, 0);
}

function findings(n: number): string {
	return n === 0 ? 'nothing sensitive found' : n === 1 ? '1 finding' : `${n} findings`;
}
