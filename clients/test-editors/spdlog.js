// Stands in for VS Code's native logger, which is not built here. Without it the editor would write no log,
// and a test that looks into logs for what must not be there would look at nothing.

const { appendFileSync, mkdirSync } = require('node:fs');
const path = require('node:path');

const levels = ['trace', 'debug', 'info', 'warning', 'error', 'critical', 'off'];

class Logger {
	constructor(_type, _name, file) {
		this.file = file;
		this.level = 2;
		this.raw = false;
		mkdirSync(path.dirname(file), { recursive: true });
	}

	write(level, message) {
		if (level >= this.level) {
			const time = new Date().toISOString().replace('T', ' ').replace('Z', '');
			appendFileSync(this.file, this.raw ? message : `${time} [${levels[level]}] ${message}\n`);
		}
	}

	trace(message) {
		this.write(0, message);
	}
	debug(message) {
		this.write(1, message);
	}
	info(message) {
		this.write(2, message);
	}
	warn(message) {
		this.write(3, message);
	}
	error(message) {
		this.write(4, message);
	}
	critical(message) {
		this.write(5, message);
	}

	getLevel() {
		return this.level;
	}
	setLevel(level) {
		this.level = level;
	}
	clearFormatters() {
		this.raw = true;
	}
	setPattern() {}
	flush() {}
	drop() {}
}

exports.Logger = Logger;
exports.version = 0;
exports.setFlushOn = () => {};
exports.setLevel = () => {};
exports.createRotatingLogger = async (name, file) => new Logger('rotating', name, file);
exports.createAsyncRotatingLogger = exports.createRotatingLogger;
