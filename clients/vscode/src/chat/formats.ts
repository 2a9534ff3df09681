// Which format a provider is asked in.

import { anthropic } from './anthropic';
import type { Format } from './format';
import { gemini } from './gemini';
import { mistral } from './mistral';
import { ollama } from './ollama';
import { openai } from './openai';

const formats: Readonly<Record<string, Format>> = { anthropic, gemini, mistral, ollama, openai };

/** A provider's own, or OpenAI's, which all others speak. */
export function formatOf(name: string): Format {
	return formats[name] ?? openai;
}
