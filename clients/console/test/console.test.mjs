// The console in the real Chromium. Each test does what a person would, and looks.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { card, key } from '../../vscode/test/editor/values.mjs';
import { axe, Console, shoot } from './console.mjs';

let daemon;
before(async () => {
	daemon = await Console.start();
});
after(() => daemon?.stop());

test('an exchange appears by itself, and what was typed only when it is asked for', async () => {
	const page = await daemon.open();
	await page.getByRole('heading', { name: 'Protected', exact: true }).waitFor();
	await page.getByText('None yet.').waitFor();
	await shoot(page, 'empty');
	await page.evaluate(() => {
		window.same = true; // a page that is loaded anew forgets it
	});
	const value = key();
	assert.equal(await daemon.chat(`put ${value} into the deployment, please`, true), 200);
	const row = page.getByRole('row').filter({ hasText: 'Went with placeholders' });
	await row.waitFor();
	assert.ok(await page.evaluate(() => window.same));
	assert.match(await row.innerText(), /Went with placeholders.*1 credential.*claude-cli 2\.1\.0.*openai/s);
	assert.match(await page.getByRole('status').innerText(), /The latest exchange, to openai/);
	await shoot(page, 'now');
	// Whoever has come to a place by keys stays there when there is something new.
	for (const place of [row.getByRole('link'), page.getByRole('group', { name: 'Table: exchanges' })]) {
		await place.focus();
		const id = await place.getAttribute('id');
		const rows = await page.getByRole('row').count();
		assert.equal(await daemon.chat('nothing of note'), 200);
		await page.waitForFunction((n) => document.querySelectorAll('tr').length > n, rows);
		assert.equal(await page.evaluate(() => document.activeElement.id), id);
	}
	await row.getByRole('link').click();
	await page.getByRole('heading', { name: 'One exchange' }).waitFor();
	assert.ok(!(await page.content()).includes(value));
	await shoot(page, 'exchange');
	await page.getByRole('link', { name: 'Show what was typed, sent and answered' }).click();
	assert.equal(await page.getByRole('region', { name: 'Typed' }).locator('mark.value').innerText(), value);
	assert.match(await page.getByRole('region', { name: 'Sent' }).innerText(), /into the deployment/);
	assert.ok(!(await page.getByRole('region', { name: 'Sent' }).innerText()).includes(value));
	// It came in pieces of three letters, and is read as it was meant.
	const answered = page.getByRole('region', { name: 'Answered' });
	assert.equal(await answered.locator('pre').first().innerText(), `You said: put ${value} into the deployment, please`);
	assert.equal(await answered.locator('mark.value').first().innerText(), value);
	await shoot(page, 'sides');
	assert.deepEqual(page.complaints, []);
	await page.context().close();
});

test('a request that waits is seen and sent, by keys alone', async () => {
	const page = await daemon.open();
	const number = card();
	const answer = daemon.chat(`charge ${number} for the order`);
	await page.getByRole('link', { name: 'A request waits for you' }).waitFor();
	assert.match(await page.title(), /^\(1\) Now/);
	await shoot(page, 'waits');
	await press(page, 'Waiting');
	await page.getByRole('heading', { name: 'Waiting for you' }).waitFor();
	await shoot(page, 'waiting');
	await press(page, 'A request to openai');
	const before = daemon.asked.length;
	const body = page.getByRole('region', { name: 'What openai would get' });
	assert.match(await body.innerText(), /for the order/);
	assert.ok(!(await page.content()).includes(number));
	await shoot(page, 'review');
	await press(page, 'Send');
	await page.getByText('The request goes to the provider.').waitFor();
	assert.equal(await answer, 200);
	assert.equal(daemon.asked.length, before + 1);
	assert.ok(!daemon.asked.at(-1).includes(number));
	await page.getByText('Nothing waits.').waitFor();
	assert.deepEqual(page.complaints, []);
	await page.context().close();
});

test('a request that the person does not send does not go', async () => {
	const page = await daemon.open();
	const before = daemon.asked.length;
	const answer = daemon.chat(`charge ${card()} for another order`);
	await page.getByRole('link', { name: 'A request waits for you' }).click();
	await page.getByRole('link', { name: 'A request to openai' }).click();
	await page.getByRole('button', { name: 'Do not send' }).click();
	await page.getByText('The request was stopped').waitFor();
	assert.equal(await answer, 403);
	assert.equal(daemon.asked.length, before);
	await page.getByRole('link', { name: 'Exchanges' }).click();
	await page.getByText('The request stopped: nobody approved it').waitFor();
	await shoot(page, 'exchanges');
	assert.deepEqual(page.complaints, []);
	await page.context().close();
});

test('an address works once, and for nobody without it', async () => {
	const address = daemon.address();
	const context = await daemon.browser.newContext();
	const page = await context.newPage();
	assert.equal((await page.goto(address)).status(), 200);
	const home = page.url();
	assert.ok(!home.includes('key'));
	assert.deepEqual(
		(await context.cookies()).map(({ httpOnly, sameSite }) => [httpOnly, sameSite]),
		[[true, 'Strict']],
	);
	const other = await daemon.browser.newContext();
	const stranger = await other.newPage();
	for (const at of [address, home, new URL('/', home).href]) {
		const answer = await stranger.goto(at);
		assert.equal(answer.status(), 403);
		assert.match(await answer.text(), /scrubjay console/);
	}
	await Promise.all([context.close(), other.close()]);
});

for (const [name, options] of [
	['light', { colorScheme: 'light' }],
	['dark', { colorScheme: 'dark' }],
	['narrow', { colorScheme: 'light', viewport: { width: 320, height: 640 } }],
	['narrow-dark', { colorScheme: 'dark', viewport: { width: 320, height: 640 } }],
	['contrast', { forcedColors: 'active' }],
	['scriptless', { javaScriptEnabled: false }],
]) {
	test(`every page is as it should be: ${name}`, async () => {
		const page = await daemon.open(options);
		const home = page.url();
		assert.equal(await daemon.chat(`put ${key()} into ${name}`), 200);
		const answer = daemon.chat(`charge ${card()} for ${name}`);
		const here = async (at) => {
			await page.goto(new URL(at, home).href);
			if (options.javaScriptEnabled !== false) {
				const found = await axe(page);
				assert.deepEqual(found.violations, [], at);
				assert.ok(found.looked > 10, `axe looked at ${found.looked} things only`);
			}
			const wide = await wider(page);
			assert.equal(wide, '', `${at} is wider than the window`);
			await shoot(page, `${name}-${at.replaceAll(/\W.*/g, '')}${at.includes('all=1') ? '-all' : ''}`);
		};
		do {
			await page.goto(new URL('waiting', home).href);
		} while ((await page.locator('.waits a').count()) === 0);
		const review = await page.locator('.waits a').first().getAttribute('href');
		await page.goto(new URL('exchanges', home).href);
		const exchange = await page.locator('tbody a').last().getAttribute('href');
		for (const at of [
			'now',
			'exchanges',
			exchange,
			`${exchange}&all=1`,
			'waiting',
			review,
			'policy',
			'ledger',
			'doctor',
			'exchange?id=gone',
		]) {
			await here(at);
		}
		await page.goto(new URL(review, home).href);
		await page.getByRole('button', { name: 'Do not send' }).click();
		assert.equal(await answer, 403);
		assert.deepEqual(
			page.complaints.filter((text) => !text.includes('404')),
			[],
		);
		await page.context().close();
	});
}

test('a page whose daemon has gone says so', async () => {
	const page = await daemon.open();
	await page.getByRole('heading', { name: 'Protected', exact: true }).waitFor();
	daemon.daemon.kill();
	await page.getByRole('alert').filter({ hasText: 'does not answer any more' }).waitFor();
	assert.ok(!(await page.getByText('Protected', { exact: true }).isVisible()));
	await shoot(page, 'ended');
	await page.context().close();
});

/** Presses Tab until a link or button of this name has the focus, and then Enter. */
async function press(page, name) {
	const focused = () => page.evaluate(() => document.activeElement.innerText ?? '');
	for (let tabs = 0; tabs < 40; tabs++) {
		if ((await focused()).trim().startsWith(name)) {
			await page.keyboard.press('Enter');
			return;
		}
		await page.keyboard.press('Tab');
	}
	assert.fail(`no Tab leads to ${name}`);
}

/** The elements that make a page scroll sideways. */
async function wider(page) {
	const session = await page.context().newCDPSession(page);
	const { cssContentSize, cssLayoutViewport } = await session.send('Page.getLayoutMetrics');
	await session.detach();
	return cssContentSize.width > cssLayoutViewport.clientWidth ? `${cssContentSize.width} > ${cssLayoutViewport.clientWidth}` : '';
}
