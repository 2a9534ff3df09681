// Serves a directory on loopback, as an organisation's web server serves its policy: files with an ETag, and
// nothing else. It writes its port to the file "port" of the directory.
//
// web.mjs DIRECTORY

import { createHash } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';

const [directory] = process.argv.slice(2);

const server = createServer((request, response) => {
	let content;
	try {
		content = readFileSync(path.join(directory, path.basename(request.url)));
	} catch {
		response.writeHead(404).end();
		return;
	}
	const etag = `"${createHash('sha256').update(content).digest('hex')}"`;
	const known = request.headers['if-none-match'] === etag;
	response.writeHead(known ? 304 : 200, { ETag: etag }).end(known ? undefined : content);
});
server.listen(0, '127.0.0.1', () => {
	const file = path.join(directory, 'port');
	writeFileSync(`${file}.new`, String(server.address().port));
	renameSync(`${file}.new`, file); // whoever waits for it finds it whole
});
