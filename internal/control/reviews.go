package control

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"
)

// What is said of requests that wait for a person.

// Reviews asks which requests wait for a person.
type Reviews struct {
	Version int `json:"version"`
}

// Waiting answers Reviews, the oldest first.
type Waiting struct {
	Reviews []Review `json:"reviews"`
}

// Review is a request that is held until a person has answered, with an Answer of its ID, or five minutes have passed.
type Review struct {
	ID         string    `json:"id"`
	Obligation string    `json:"obligation"`
	Provider   string    `json:"provider"`
	Model      string    `json:"model,omitempty"`
	Since      time.Time `json:"since"`
	// Findings name rule, class, place and what becomes of it, never a value.
	Findings []string `json:"findings,omitempty"`
	// Body is the request as it would go, with placeholders.
	Body []byte `json:"body"`
	// User and Machine say whose request it is.
	User    string `json:"user,omitempty"`
	Machine string `json:"machine,omitempty"`
	// Second says that a second person has to sign as well, and Approved that the first has approved.
	Second   bool `json:"second,omitempty"`
	Approved bool `json:"approved,omitempty"`
}

// Digest is what a second person signs: all that is told of the request, and whose it is.
func (r Review) Digest() string {
	text, _ := json.Marshal(struct { // texts always are JSON
		What                           string
		Provider, Model, User, Machine string
		Findings                       []string
		Body                           []byte
	}{"scrubjay review 1", r.Provider, r.Model, r.User, r.Machine, r.Findings, r.Body})
	sum := sha256.Sum256(text)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// Accept brings a second person's approval: the token that scrubjay review sign made.
type Accept struct {
	Version int    `json:"version"`
	Token   string `json:"token"`
}

// Accepted answers Accept: who approved, and until when it holds for this very request.
type Accepted struct {
	By    string    `json:"by"`
	Until time.Time `json:"until"`
	// Waits says that the request still waits. Otherwise it goes when it is sent again.
	Waits bool `json:"waits"`
}
