package proxy

import (
	"context"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/policy"
	"github.com/scrubjay-dev/scrubjay/internal/wire"
)

// Question asks the person whether files that nobody here can read may go to a provider.
type Question struct {
	Provider string
	Files    []File
}

// File is what the person is told of one: nothing of what is in it.
type File struct {
	Kind policy.Attachment
	// MediaType is empty if nothing tells it.
	MediaType string
	Size      int
	// Fingerprint is keyed, as those of values.
	Fingerprint string
}

// Answer is what the person says to a Question.
type Answer uint8

// The answers. Nobody means that there was nobody to ask, Unanswered that nobody said anything in time; neither is
// remembered. No and Once are, for these files; Always is for all files of their kinds.
const (
	Unanswered Answer = iota
	Nobody
	No
	Once
	Always
)

// The codes of refusals that are about a file.
const (
	attachmentForbidden = "attachment_forbidden"
	// AttachmentUnapproved is of one that a person would have had to approve.
	AttachmentUnapproved = "attachment_unapproved"
)

// patience is how long a request waits for the person.
const patience = time.Minute

// mostAsked is how many files a person can be asked about at once.
const mostAsked = 256

// review lets files go that policy wants a person to approve, when the person has. A conversation brings the same
// files again with every turn, so that what was said of one is remembered.
func (p *Proxy) review(ctx context.Context, x *exchange, req *wire.Request, files []file) *failure {
	var open []file
	var keys []fileKey
	var refused refusal
	asked := map[fileKey]bool{}
	for _, f := range files {
		switch {
		case !f.permission.Review:
			x.decided(f, "allowed")
			continue
		case x.speech != nil && *x.speech && f.kind == policy.Audio:
			x.decided(f, "approved")
			continue
		}
		key := fileKey{x.provider, p.contentOf(req, f)}
		yes, known := p.consents.said(key, f.kind)
		switch {
		case known && yes:
			x.decided(f, "approved")
		case known:
			x.decided(f, "refused")
			refused.name(func() string { return p.describe(req, f) })
		default:
			open = append(open, f)
			if !asked[key] {
				asked[key] = true
				keys = append(keys, key)
			}
		}
	}
	const no = "You said no to it, which holds until the daemon ends. Remove it from the conversation."
	switch {
	case refused.named > 0:
		return p.onRecord(x, AttachmentUnapproved, &refused, no)
	case len(open) == 0:
		return nil
	case len(keys) > mostAsked:
		return p.unapproved(x, req, open, "unanswered", fmt.Sprintf("Nobody can be asked about more than %d files at once: send fewer.", mostAsked))
	}
	began := time.Now()
	if x.present != nil {
		var leave context.CancelFunc
		ctx, leave = x.present(ctx)
		defer leave()
	}
	question := p.question(x, req, open)
	answer := p.consents.ask(ctx, keys, question.kinds(), func(ctx context.Context) Answer { return p.Ask(ctx, question) })
	x.waited += time.Since(began)
	switch answer {
	case Once, Always:
		for _, f := range open {
			x.decided(f, "approved")
			if x.speech != nil && f.kind == policy.Audio {
				*x.speech = true
			}
		}
		return nil
	case No:
		return p.unapproved(x, req, open, "refused", no)
	case Nobody:
		return p.unapproved(x, req, open, "unanswered", "Nobody is there to be asked: open an editor that has Scrubjay, which asks you, and send it again.")
	}
	return p.unapproved(x, req, open, "unanswered", "Your editor asked, and there was no answer: send it again, and answer within a minute.")
}

func (p *Proxy) unapproved(x *exchange, req *wire.Request, files []file, decided, next string) *failure {
	var r refusal
	for _, f := range files {
		x.decided(f, decided)
		r.name(func() string { return p.describe(req, f) })
	}
	return p.onRecord(x, AttachmentUnapproved, &r, next)
}

// decided writes into the record what became of a file.
func (x *exchange) decided(f file, what string) {
	if x.record.Attachments == nil {
		x.record.Attachments = map[string]int{}
	}
	x.record.Attachments[string(f.kind)+" "+what]++
}

// describe says for a refusal which file it is about and whose rule that is.
func (p *Proxy) describe(req *wire.Request, f file) string {
	return fmt.Sprintf("An attachment (%s, %d KB) at %s: %s", f.kind, (f.size+1023)/1024, p.safePath(req, req.Spans[f.span]), f.permission.Reason)
}

// contentOf is a hash of a file under a key of this process.
func (p *Proxy) contentOf(req *wire.Request, f file) seenKey {
	return keyOf(nil, 0, req.Text(req.Spans[f.span], nil)[f.head:], 0)
}

// question is what the person is asked; a file that stands in the request several times is one.
func (p *Proxy) question(x *exchange, req *wire.Request, files []file) Question {
	q := Question{Provider: x.provider}
	for _, f := range files {
		said := File{Kind: f.kind, Size: f.size, Fingerprint: p.Vault.Fingerprint(req.Text(req.Spans[f.span], nil)[f.head:])}
		if media := p.safeModel(f.media); media == f.media {
			said.MediaType = media
		}
		if !slices.ContainsFunc(q.Files, func(o File) bool { return o.Fingerprint == said.Fingerprint }) {
			q.Files = append(q.Files, said)
		}
	}
	return q
}

func (q Question) kinds() (kinds []policy.Attachment) {
	for _, f := range q.Files {
		if !slices.Contains(kinds, f.Kind) {
			kinds = append(kinds, f.Kind)
		}
	}
	return kinds
}

// consents are what the person said, for as long as this process lives.
type consents struct {
	mu    sync.Mutex
	files map[fileKey]bool
	// kinds are those of which all files may go to a provider.
	kinds map[kindKey]bool
	asked map[string]*asking
}

type fileKey struct {
	provider string
	content  seenKey
}

type kindKey struct {
	provider string
	kind     policy.Attachment
}

// mostConsents bounds what is remembered of files that may go: they can be asked about again.
const mostConsents = 1 << 16

// asking is a question that waits for its answer, and who waits for it: requests with the same files are one question.
type asking struct {
	waiting int
	stop    context.CancelFunc
	done    chan struct{}
	answer  Answer
}

// said is what is known of a file.
func (c *consents) said(key fileKey, kind policy.Attachment) (yes, known bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if yes, known = c.files[key]; known {
		return yes, true
	}
	return true, c.kinds[kindKey{key.provider, kind}]
}

// ask waits until put has the person's answer, or for as long as the person has patience, or until ctx ends.
func (c *consents) ask(ctx context.Context, keys []fileKey, kinds []policy.Attachment, put func(context.Context) Answer) Answer {
	id := make([]byte, 0, 16*len(keys)+len(keys[0].provider))
	for _, k := range keys {
		id = binary.NativeEndian.AppendUint64(binary.NativeEndian.AppendUint64(id, k.content[0]), k.content[1])
	}
	name := string(append(id, keys[0].provider...))
	c.mu.Lock()
	a := c.asked[name]
	if a == nil {
		var within context.Context
		a = &asking{done: make(chan struct{})}
		within, a.stop = context.WithTimeout(context.Background(), patience)
		if c.asked == nil {
			c.asked = map[string]*asking{}
		}
		c.asked[name] = a
		go func() {
			defer a.stop()
			answer := put(within)
			c.mu.Lock()
			defer c.mu.Unlock()
			c.keep(keys, kinds, answer)
			c.forget(name, a)
			a.answer = answer
			close(a.done)
		}()
	}
	a.waiting++
	c.mu.Unlock()
	select {
	case <-a.done:
		return a.answer
	case <-ctx.Done():
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if a.waiting--; a.waiting == 0 {
		a.stop()
		c.forget(name, a)
	}
	return Unanswered
}

// forget lets the next request with these files ask anew.
func (c *consents) forget(name string, a *asking) {
	if c.asked[name] == a {
		delete(c.asked, name)
	}
}

func (c *consents) keep(keys []fileKey, kinds []policy.Attachment, answer Answer) {
	if answer < No {
		return
	}
	if c.files == nil {
		c.files, c.kinds = map[fileKey]bool{}, map[kindKey]bool{}
	}
	if len(c.files) >= mostConsents {
		maps.DeleteFunc(c.files, func(_ fileKey, yes bool) bool { return yes })
	}
	for _, k := range keys {
		c.files[k] = answer != No
	}
	for _, kind := range kinds {
		if answer == Always {
			c.kinds[kindKey{keys[0].provider, kind}] = true
		}
	}
}
