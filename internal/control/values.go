package control

// What is said of values: how they get into the vault and out of it, and what is known of them.

// Value is a value on its way into the vault. It travels only over the socket.
type Value struct {
	Type  string `json:"type"`
	Rule  string `json:"rule"`
	Class string `json:"class"`
	Bytes []byte `json:"bytes"`
}

// Issue asks for file placeholders; the answer comes only after the values are safe on disk.
type Issue struct {
	Version int     `json:"version"`
	Path    string  `json:"path"` // where the value stood, for the ledger
	Values  []Value `json:"values"`
}

// Issued answers Issue, in its order.
type Issued struct {
	Placeholders []string `json:"placeholders"`
}

// Marked tells which values the person marked as not sensitive. Of them the ledger gets fingerprints.
type Marked struct {
	Version int     `json:"version"`
	Path    string  `json:"path"`
	Values  []Value `json:"values"`
}

// Noted answers Marked and Attested.
type Noted struct{}

// Wrote asks whether an assistant has said these lines of late. What exchanges said is kept in memory, and only the last of it.
type Wrote struct {
	Version int      `json:"version"`
	Lines   [][]byte `json:"lines"`
}

// WrittenBy answers Wrote with the assistant, as it calls itself; empty if none has.
type WrittenBy struct {
	Assistant string `json:"assistant,omitempty"`
}

// Attested tells that a person has said yes to an assistant's change.
type Attested struct {
	Version   int    `json:"version"`
	Folder    string `json:"folder"`
	Assistant string `json:"assistant"`
	// Patch is the change's id, and Files how many it is of.
	Patch string `json:"patch"`
	Files int    `json:"files"`
	// Said is what the person said yes to.
	Said []string `json:"said"`
}

// Reveal asks for the values of file placeholders.
type Reveal struct {
	Version      int      `json:"version"`
	Path         string   `json:"path"`
	Placeholders []string `json:"placeholders"`
	// Wire says that an assistant left them behind: those of the wire are meant.
	Wire bool `json:"wire,omitempty"`
}

// Left asks which of these texts are placeholders of the wire that stand for something, and have been left in a file.
type Left struct {
	Version      int      `json:"version"`
	Placeholders []string `json:"placeholders"`
}

// LeftBehind answers Left.
type LeftBehind struct {
	Placeholders []string `json:"placeholders,omitempty"`
}

// Revealed answers Reveal. What was never issued is missing.
type Revealed struct {
	Values map[string][]byte `json:"values"`
}

// Known tells where this machine's own secrets are: folders whose .env files hold some, and an environment as
// NAME=value. Of what it is told, the daemon keeps fingerprints.
type Known struct {
	Version int `json:"version"`
	// From is who says so: another environment of its takes the place of this one. Empty means whoever works in the
	// folders.
	From        string   `json:"from,omitempty"`
	Folders     []string `json:"folders,omitempty"`
	Environment []string `json:"environment,omitempty"`
	// Resolved are values that pointers named, by their pointers. They are secrets whatever they are called.
	Resolved map[string][]byte `json:"resolved,omitempty"`
}

// Knows answers Known.
type Knows struct{}

// Secrets adds, removes and lists the secrets that the person named. Without a name it lists.
type Secrets struct {
	Version int    `json:"version"`
	Name    string `json:"name,omitempty"`
	// Value is what the name stands for from now on; without one the name is removed.
	Value []byte `json:"value,omitempty"`
}

// SecretNames answers Secrets with the names that there are now.
type SecretNames struct {
	Names []string `json:"names"`
}

// Forget has wire placeholders forgotten. Without any it lists those of credentials that are ordinary words.
type Forget struct {
	Version      int      `json:"version"`
	Placeholders []string `json:"placeholders,omitempty"`
}

// Forgot answers Forget with the placeholders that are forgotten, or that are ordinary words.
type Forgot struct {
	Placeholders []string `json:"placeholders"`
}
