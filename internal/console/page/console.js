// Keeps the page up to date while somebody looks at it: it reads the page again, and puts what has changed in the place of
// what stood there. Without this file everything works, and is as old as the page.
(() => {
	const second = 1000;
	const missing = 5; // seconds without an answer before it says so
	const ended = document.getElementById('ended');
	const news = document.getElementById('news');
	let known = news.dataset.news;
	let failed = 0;

	function take(page) {
		for (const fresh of page.querySelectorAll('[data-live]')) {
			const old = document.getElementById(fresh.id);
			if (old === null || old.isEqualNode(fresh)) {
				continue;
			}
			const focused = old.contains(document.activeElement) ? document.activeElement.id : '';
			const scrolled = old.querySelector('.scroll')?.scrollLeft ?? 0;
			old.replaceWith(document.adoptNode(fresh));
			const scroll = fresh.querySelector('.scroll');
			if (scroll !== null) {
				scroll.scrollLeft = scrolled;
			}
			if (focused !== '') {
				document.getElementById(focused)?.focus({ preventScroll: true });
			}
		}
		document.title = document.title.replace(/^(\(\d+\) )?/, page.title.match(/^(\(\d+\) )?/)[0]);
		const latest = page.getElementById('news').dataset.news;
		if (latest !== known) {
			known = latest;
			news.textContent = latest;
		}
	}

	async function look() {
		if (document.visibilityState === 'visible') {
			try {
				const answer = await fetch(document.body.dataset.poll || 'now', { cache: 'no-store' });
				if (!answer.ok) {
					throw new Error(`the daemon answers ${answer.status}`);
				}
				take(new DOMParser().parseFromString(await answer.text(), 'text/html'));
				failed = 0;
			} catch {
				failed++;
			}
			ended.hidden = failed < missing;
			const standing = document.getElementById('standing');
			if (standing !== null) {
				standing.hidden = !ended.hidden; // nobody knows it any more
			}
		}
		setTimeout(look, second);
	}
	document.addEventListener('visibilitychange', () => {
		failed = 0;
	});
	setTimeout(look, second);
})();
