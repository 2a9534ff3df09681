// What an assistant's extension can ask in this editor. The question is a file beside the folder, and so is the answer.

const { readFileSync, renameSync, writeFileSync } = require('node:fs');
const path = require('node:path');
const vscode = require('vscode');

const token = () => new vscode.CancellationTokenSource().token;

const asks = {
	async tool({ name, input }) {
		const result = await vscode.lm.invokeTool(name, { input, toolInvocationToken: undefined }, token());
		return result.content.map((part) => part.value);
	},
	tools: () => vscode.lm.tools.map((tool) => tool.name),
	async model({ vendor, text }) {
		const [model] = await vscode.lm.selectChatModels({ vendor });
		const answer = await model.sendRequest([vscode.LanguageModelChatMessage.User(text)], {}, token());
		let said = '';
		for await (const piece of answer.text) {
			said += piece;
		}
		return said;
	},
	command: ({ name }) => vscode.commands.executeCommand(name),
	commands: () => vscode.commands.getCommands(true),
};

exports.activate = (context) => {
	const at = (name) => path.join(process.env.PROBE, name);
	context.subscriptions.push(
		vscode.commands.registerCommand('probe.run', async () => {
			const question = JSON.parse(readFileSync(at('question.json'), 'utf8'));
			let answer;
			try {
				answer = { answer: await asks[question.ask](question) };
			} catch (err) {
				answer = { error: String(err?.message ?? err) };
			}
			writeFileSync(at('answer.new'), JSON.stringify(answer));
			renameSync(at('answer.new'), at('answer.json')); // whoever waits for it finds it whole
		}),
		vscode.chat.createChatParticipant('scrubjay-tests.probe', async (request, _context, stream, cancel) => {
			const answer = await request.model.sendRequest([vscode.LanguageModelChatMessage.User(request.prompt)], {}, cancel);
			for await (const piece of answer.text) {
				stream.markdown(piece);
			}
		}),
	);
};
