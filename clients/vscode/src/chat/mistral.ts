// Mistral's chat completions: OpenAI's, but for what it refuses.

import { createHash } from 'node:crypto';
import { speaking } from './openai';

export const mistral = speaking({
	/** Of nine letters and digits; those that a call of another vendor's model has are others. */
	idOf: (id) => (/^[A-Za-z0-9]{9}$/.test(id) ? id : createHash('sha256').update(id).digest('hex').slice(0, 9)),
	/** Behind a tool's result only the model may speak, and what it says may not be empty. */
	between: [{ role: 'assistant', content: ' ' }],
});
