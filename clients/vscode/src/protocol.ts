// What the server says beyond the protocol. Its twin is the package comment of internal/lsp, and
// internal/lsp/status.go.

export type Verdict = 'allow' | 'scrub' | 'forbid';

export interface Setting {
	readonly name: string;
	readonly value: string;
	readonly from: string;
}

export interface Paused {
	/** A moment, as JSON has it. */
	readonly until: string;
	readonly by: string;
}

/** The parameters of the notification scrubjay/status. */
export interface Status {
	/** The file it speaks of; absent when it is of none. */
	readonly uri?: string;
	/** The one thing to know. */
	readonly headline: { readonly protected: boolean; readonly text: string; readonly why?: string };
	/** How many findings are shown of each class. */
	readonly classes: Readonly<Record<string, number>>;
	/** The strictest verdict on them. */
	readonly verdict: Verdict;
	/** Why the file is not scanned. */
	readonly unscanned?: string;
	readonly proxy: { readonly listen?: string; readonly error?: string };
	readonly policy: {
		readonly revision: string;
		readonly refused?: string;
		readonly outdated?: string;
		/** Why nothing can be paused. */
		readonly pause_refused?: string;
		/** What a layer above the person's own settings sets. */
		readonly decided?: readonly Setting[];
		/** What of the person's own settings does not count, and why. */
		readonly ignored?: readonly string[];
	};
	/** Nothing is scrubbed until then. */
	readonly paused?: Paused;
	/** What is wrong with the daemon. */
	readonly daemon?: string;
	/** The proxy's latest request. */
	readonly exchange?: { readonly text: string };
}

export const statusMethod = 'scrubjay/status';

/** The kind of the action that redacts everything in a file. */
export const redactAllKind = 'source.fixAll.scrubjay';
