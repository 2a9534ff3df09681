// What is shown for a state. Nothing here knows the editor, so that all of it can be tested without one.

import type { Status, Verdict } from './protocol';

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
	readonly file: Fact;
	/** Proxy, policy, daemon and the latest request. */
	readonly others: readonly Fact[];
}

const meaning: Readonly<Record<Verdict, string>> = {
	allow: 'it may go to the destinations in force',
	scrub: 'a placeholder goes out instead',
	forbid: 'a request with it is not sent',
};

const levels: Readonly<Record<Verdict, Level>> = { allow: 'plain', scrub: 'warning', forbid: 'error' };

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
	const file = fileFact(state);
	const others = status === undefined ? [] : otherFacts(status);
	const count = status === undefined ? 0 : total(status);
	const troubled = others.some((f) => f.level !== 'plain');
	return {
		text: `$(${troubled ? 'warning' : 'shield'}) Scrubjay${count > 0 ? ` ${count}` : ''}`,
		level: file.level === 'plain' && troubled ? 'warning' : file.level,
		file,
		others,
	};
}

function alone(text: string, file: Fact): View {
	return { text, level: file.level, file, others: [] };
}

function fact(icon: string, text: string, detail = '', level: Level = 'plain'): Fact {
	return { icon, text, detail, level };
}

function fileFact({ status, file }: State): Fact {
	if (status === undefined || file === undefined) {
		return fact('shield', 'Nothing open that is scanned');
	}
	if (status.unscanned !== undefined) {
		return fact('eye-closed', `${file} is not scanned`, status.unscanned);
	}
	if (total(status) === 0) {
		return fact('shield', `Nothing sensitive in ${file}`);
	}
	return fact('shield', `${counts(status)} in ${file}`, `${status.verdict} (${meaning[status.verdict]})`, levels[status.verdict]);
}

function otherFacts(status: Status): Fact[] {
	const { proxy, policy, daemon, exchange } = status;
	const all: Fact[] = [];
	if (daemon !== undefined) {
		all.push(fact('warning', 'No daemon', daemon, 'warning'));
	}
	if (proxy.error !== undefined) {
		all.push(fact('warning', 'The proxy does not listen', proxy.error, 'warning'));
	} else if (proxy.listen !== undefined) {
		all.push(fact('radio-tower', `The proxy listens on ${proxy.listen}`, 'scrubjay env prints what assistants need'));
	}
	if (policy.refused !== undefined) {
		all.push(fact('warning', 'The newest policy was not taken', policy.refused, 'warning'));
	}
	if (policy.outdated !== undefined) {
		all.push(
			fact(
				'warning',
				`Scrubjay is older than ${policy.outdated}`,
				'your organisation asks for a newer one: nothing goes to public providers',
				'warning',
			),
		);
	}
	if (policy.revision !== '') {
		all.push(fact('law', `Policy ${policy.revision}`, 'in force'));
	}
	if (exchange !== undefined) {
		all.push(fact('arrow-swap', exchange.text, 'the latest request through the proxy'));
	}
	return all;
}

function total(status: Status): number {
	return Object.values(status.classes).reduce((sum, n) => sum + n, 0);
}

/** counts is "2 credential, 1 pii", the most frequent first. */
function counts(status: Status): string {
	return Object.entries(status.classes)
		.sort(([a, n], [b, m]) => m - n || a.localeCompare(b))
		.map(([name, n]) => `${n} ${name}`)
		.join(', ');
}
