// The trace of messages between editor and server.
//
// Parameters hold the text of files, so they are never traced: one line for each message, and no way to
// ask for more. The client library decides by the level of its trace channel; this channel has the level
// that the setting scrubjay.trace.server asks for.

import * as vscode from 'vscode';

export class Trace implements vscode.Disposable {
	private readonly levels = new vscode.EventEmitter<vscode.LogLevel>();
	/** What the client library writes to. */
	readonly channel: vscode.LogOutputChannel;

	constructor(output: vscode.LogOutputChannel) {
		const replaced: Partial<Record<keyof vscode.LogOutputChannel, () => unknown>> = {
			logLevel: () => level(),
			onDidChangeLogLevel: () => this.levels.event,
			trace: () => (message: string) => output.info(message),
		};
		this.channel = new Proxy(output, {
			get(target, key: keyof vscode.LogOutputChannel) {
				const own = replaced[key];
				return own === undefined ? target[key] : own();
			},
		});
	}

	/** Follows the setting. */
	refresh(): void {
		this.levels.fire(level());
	}

	dispose(): void {
		this.levels.dispose();
	}
}

function level(): vscode.LogLevel {
	const wanted = vscode.workspace.getConfiguration('scrubjay').get<string>('trace.server', 'off');
	return wanted === 'off' ? vscode.LogLevel.Info : vscode.LogLevel.Trace;
}
