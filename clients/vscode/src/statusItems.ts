// The status bar item and the language status items: state in, one update() out. Nobody else touches them.

import * as vscode from 'vscode';
import type { Status } from './protocol';
import { type Fact, type Level, type ServerState, type View, view } from './view';

const backgrounds: Readonly<Record<Level, vscode.ThemeColor | undefined>> = {
	plain: undefined,
	warning: new vscode.ThemeColor('statusBarItem.warningBackground'),
	error: new vscode.ThemeColor('statusBarItem.errorBackground'),
};

const severities: Readonly<Record<Level, vscode.LanguageStatusSeverity>> = {
	plain: vscode.LanguageStatusSeverity.Information,
	warning: vscode.LanguageStatusSeverity.Warning,
	error: vscode.LanguageStatusSeverity.Error,
};

export class StatusItems implements vscode.Disposable {
	private server: ServerState = { kind: 'starting' };
	private readonly files = new Map<string, Status>();
	private newest: Status | undefined;
	/** The editor of a file that was last in front; the view of the output is an editor too. */
	private front = vscode.window.activeTextEditor;
	private readonly bar = vscode.window.createStatusBarItem('scrubjay.status', vscode.StatusBarAlignment.Right, 100);
	private readonly ofFile: vscode.LanguageStatusItem;
	private readonly ofProxy: vscode.LanguageStatusItem;
	private readonly subscriptions: vscode.Disposable[];

	constructor(selector: vscode.DocumentSelector) {
		this.ofFile = vscode.languages.createLanguageStatusItem('scrubjay.file', selector);
		this.ofProxy = vscode.languages.createLanguageStatusItem('scrubjay.proxy', selector);
		this.bar.name = 'Scrubjay';
		this.bar.command = 'scrubjay.showStatus';
		this.ofFile.name = 'Scrubjay: this file';
		this.ofFile.command = { title: 'Details', command: 'scrubjay.showStatus' };
		this.ofProxy.name = 'Scrubjay: proxy and policy';
		this.subscriptions = [
			this.bar,
			this.ofFile,
			this.ofProxy,
			vscode.window.onDidChangeActiveTextEditor((editor) => {
				if (editor?.document.uri.scheme !== 'output') {
					this.front = editor;
					this.update();
				}
			}),
			vscode.workspace.onDidCloseTextDocument((document) => this.files.delete(document.uri.toString())),
		];
		this.update();
		this.bar.show();
	}

	setServer(server: ServerState): void {
		this.server = server;
		if (server.kind !== 'running') {
			this.files.clear();
			this.newest = undefined;
			void vscode.commands.executeCommand('setContext', 'scrubjay.paused', false);
		}
		this.update();
	}

	setStatus(status: Status): void {
		this.newest = status;
		void vscode.commands.executeCommand('setContext', 'scrubjay.paused', status.paused !== undefined);
		if (status.uri !== undefined) {
			this.files.set(status.uri, status);
		}
		this.update();
	}

	/** What the server said last, of whichever file. */
	get latest(): Status | undefined {
		return this.newest;
	}

	/** What is shown at present. */
	present(): View {
		const document = this.front?.document;
		const ofFile = document === undefined ? undefined : this.files.get(document.uri.toString());
		return view({
			server: this.server,
			status: ofFile ?? (this.newest === undefined ? undefined : { ...this.newest, classes: {}, verdict: 'allow' }),
			file: ofFile === undefined || document === undefined ? undefined : (document.uri.path.split('/').pop() ?? ''),
		});
	}

	private update(): void {
		const now = this.present();
		this.bar.text = now.text;
		this.bar.backgroundColor = backgrounds[now.level];
		this.bar.tooltip = [now.headline, ...now.others].map(sentence).join('\n');
		this.bar.accessibilityInformation = { label: `Scrubjay: ${[now.headline, ...now.others].map(sentence).join('. ')}` };

		this.ofFile.text = now.headline.text;
		this.ofFile.detail = now.headline.detail;
		this.ofFile.severity = severities[now.headline.level];
		this.ofFile.busy = this.server.kind === 'starting';

		const worst = now.others.find((f) => f.level !== 'plain') ?? now.others[0];
		this.ofProxy.text = worst?.text ?? 'Scrubjay';
		this.ofProxy.detail = worst === undefined ? 'nothing known yet' : worst.detail;
		this.ofProxy.severity = severities[worst?.level ?? 'plain'];
	}

	dispose(): void {
		vscode.Disposable.from(...this.subscriptions).dispose();
	}
}

export function sentence({ text, detail }: Fact): string {
	return detail === '' ? text : `${text}: ${detail}`;
}
