package control

import "time"

// What is said of the latest that went through the proxy.

// Exchanges asks for the latest exchanges whose texts are kept.
type Exchanges struct {
	Version int `json:"version"`
}

// ExchangeList answers Exchanges, the newest first.
type ExchangeList struct {
	Exchanges []Exchanged `json:"exchanges"`
}

// Exchanged is a request and its answer, without a word of them.
type Exchanged struct {
	ID        string         `json:"id"`
	Time      time.Time      `json:"time"`
	Provider  string         `json:"provider"`
	Model     string         `json:"model,omitempty"`
	Assistant string         `json:"assistant,omitempty"`
	Status    int            `json:"status,omitempty"`
	Verdict   string         `json:"verdict,omitempty"`
	Classes   map[string]int `json:"classes,omitempty"`
	// Note is the ledger's of it: for a request that stopped, the code of why.
	Note         string   `json:"note,omitempty"`
	Millis       int64    `json:"ms"`
	Fingerprints []string `json:"fingerprints,omitempty"`
	// Went says that the vendor got the request.
	Went bool `json:"went,omitempty"`
	// Paused says that values went as they were because scrubbing was paused.
	Paused bool `json:"paused,omitempty"`
}

// ExchangeTexts asks what one of them said: the texts of the request alone if Said.
type ExchangeTexts struct {
	Version int    `json:"version"`
	ID      string `json:"id"`
	Said    bool   `json:"said,omitempty"`
}

// ExchangeShown answers ExchangeTexts. It holds values, and is for the person's own eyes.
type ExchangeShown struct {
	Exchanged
	Typed    []byte   `json:"typed,omitempty"`
	Sent     []byte   `json:"sent,omitempty"`
	Answered []byte   `json:"answered,omitempty"`
	Said     [][]byte `json:"said,omitempty"`
	// Heard are the texts of the answer by themselves. An older daemon has none.
	Heard []Heard `json:"heard,omitempty"`
}

// Heard is a text of an answer: what was said, or handed to a tool.
type Heard struct {
	Tool string `json:"tool,omitempty"`
	Key  string `json:"key,omitempty"`
	Text []byte `json:"text"`
}
