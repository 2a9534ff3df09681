// What the server says beyond the protocol. Its twin is the package comment of internal/lsp, and
// internal/lsp/status.go.

export type Verdict = 'allow' | 'scrub' | 'forbid';

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
	readonly policy: { readonly revision: string; readonly refused?: string; readonly outdated?: string };
	/** What is wrong with the daemon. */
	readonly daemon?: string;
	/** The proxy's latest request. */
	readonly exchange?: { readonly text: string };
}

export const statusMethod = 'scrubjay/status';

/** The kind of the action that redacts everything in a file. */
export const redactAllKind = 'source.fixAll.scrubjay';
