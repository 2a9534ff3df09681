// What the server answers to a command, beyond the protocol: a sentence, a way back, a text for the clipboard or an assistant.

import * as vscode from 'vscode';

/** Its twin is the type answer of internal/lsp/commands.go. */
interface Answer {
	readonly said?: string;
	/** "undo" is the editor's own; anything else a command of the server's. */
	readonly undo?: string;
	readonly clipboard?: string;
	readonly ask?: string;
}

/** What this editor does with an answer, as the server is told. */
export const offers = ['clipboard', 'ask'];

/** Does what an answer says. It is not waited for: a toast may stay as long as it likes. */
export function take(answer: unknown, args: readonly unknown[]): void {
	if (typeof answer === 'object' && answer !== null) {
		void show(answer as Answer, args);
	}
}

async function show(answer: Answer, args: readonly unknown[]): Promise<void> {
	if (answer.clipboard !== undefined) {
		await vscode.env.clipboard.writeText(answer.clipboard);
	}
	if (answer.ask !== undefined) {
		await vscode.commands.executeCommand('workbench.action.chat.open', { query: answer.ask, isPartialQuery: true });
	}
	if (answer.said === undefined) {
		return;
	}
	const actions = answer.undo === undefined ? [] : ['Undo'];
	if ((await vscode.window.showInformationMessage(`Scrubjay: ${answer.said}`, ...actions)) === 'Undo' && answer.undo !== undefined) {
		await vscode.commands.executeCommand(answer.undo, ...(answer.undo === 'undo' ? [] : args));
	}
}
