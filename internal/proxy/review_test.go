package proxy

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"
	"github.com/scrubjay-dev/scrubjay/internal/audit"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
	"github.com/scrubjay-dev/scrubjay/internal/standin"
)

// person answers questions and keeps them.
type person struct {
	mu     sync.Mutex
	answer Answer
	asked  []Question
}

func (p *person) ask(_ context.Context, q Question) Answer {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked = append(p.asked, q)
	return p.answer
}

// says has the person give this answer from now on, and answers with what was asked until now.
func (p *person) says(a Answer) []Question {
	p.mu.Lock()
	defer p.mu.Unlock()
	asked := p.asked
	p.answer, p.asked = a, nil
	return asked
}

// picture is an image, each another one.
func picture() string {
	return base64.StdEncoding.EncodeToString([]byte("\x89PNG\r\n\x1a\n\x00\xff" + random(90, lowerLetters)))
}

func pdf() string {
	return base64.StdEncoding.EncodeToString([]byte("%PDF-1.7\n" + random(90, lowerLetters)))
}

func sound() string {
	return base64.StdEncoding.EncodeToString([]byte("\x01\x00\xff\xfe" + random(90, lowerLetters)))
}

// lines wraps base64 as the program of that name does.
func lines(data string) string { return data[:76] + `\n` + data[76:] + `\n` }

// looking is a conversation with pictures.
func looking(pictures ...string) string {
	var parts strings.Builder
	for _, p := range pictures {
		fmt.Fprintf(&parts, `,{"type":"image_url","image_url":{"url":"data:image/png;base64,%s"}}`, p)
	}
	return `{"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"look"}` + parts.String() + `]}]}`
}

// TestReviewEverywhere: wherever a file stands in a request, the person is asked, and it goes as it was only if the
// answer is yes.
func TestReviewEverywhere(t *testing.T) {
	for name, c := range map[string]struct {
		path, body string
		kind       policy.Attachment
		media      string
	}{
		"chat, image":         {chat, looking(picture()), policy.Image, "image/png"},
		"chat, wrapped":       {chat, looking(lines(picture())), policy.Image, "image/png"},
		"chat, wrong base64":  {chat, looking(picture()[:92] + strings.Repeat("A", 600) + "B"), policy.Image, "image/png"},
		"chat, file":          {chat, `{"messages":[{"role":"user","content":[{"type":"file","file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,` + pdf() + `"}}]}]}`, policy.Document, "application/pdf"},
		"chat, audio":         {chat, `{"messages":[{"role":"user","content":[{"type":"input_audio","input_audio":{"data":"` + sound() + `","format":"pcm16"}}]}]}`, policy.Audio, ""},
		"chat, a tool's":      {chat, `{"messages":[{"role":"tool","tool_call_id":"a","content":"data:image/png;base64,` + picture() + `"}]}`, policy.Image, "image/png"},
		"responses":           {"/openai/v1/responses", `{"input":[{"role":"user","content":[{"type":"input_image","image_url":"data:image/png;base64,` + picture() + `"}]}]}`, policy.Image, "image/png"},
		"responses, a tool's": {"/openai/v1/responses", `{"input":[{"type":"computer_call_output","output":{"type":"computer_screenshot","image_url":"data:image/png;base64,` + picture() + `"}}]}`, policy.Image, "image/png"},
		"messages":            {"/anthropic/v1/messages", `{"max_tokens":9,"messages":[{"role":"user","content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"` + picture() + `"}}]}]}`, policy.Image, "image/png"},
		"messages, a tool's":  {"/anthropic/v1/messages", `{"max_tokens":9,"messages":[{"role":"user","content":[{"type":"tool_result","tool_use_id":"a","content":[{"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"` + pdf() + `"}}]}]}]}`, policy.Document, "application/pdf"},
		"gemini":              {"/gemini/v1beta/models/m:generateContent", `{"contents":[{"role":"user","parts":[{"inlineData":{"mimeType":"audio/l16","data":"` + sound() + `"}}]}]}`, policy.Audio, "audio/l16"},
		"ollama":              {"/ollama/api/chat", `{"model":"m","messages":[{"role":"user","content":"look","images":["` + picture() + `"]}]}`, policy.Image, "image/png"},
		"mistral":             {"/mistral/v1/chat/completions", `{"model":"m","messages":[{"role":"user","content":[{"type":"image_url","image_url":"data:image/png;base64,` + picture() + `"}]}]}`, policy.Image, "image/png"},
		"unknown path":        {"/openai/v1/brand/new", `{"deep":[{"x":"data:image/png;base64,` + picture() + `"}]}`, policy.Image, "image/png"},
	} {
		b, someone := newBench(t, standin.Options{}), &person{answer: No}
		b.proxy.Ask = someone.ask
		status, text, h := b.post(c.path, c.body, "X-Goog-Api-Key", "k")
		want := http.StatusForbidden
		if strings.HasSuffix(c.path, "/responses") {
			want = http.StatusBadRequest
		}
		if status != want || h.Get("X-Scrubjay-Error") != AttachmentUnapproved || h.Get("X-Should-Retry") != "false" || !strings.Contains(text, `"error"`) || len(b.vendor.Requests()) != 0 {
			t.Errorf("%s: refused, it is %d %s", name, status, text)
		}
		asked := someone.says(Once)
		if len(asked) != 1 || len(asked[0].Files) != 1 {
			t.Errorf("%s: asked was %+v", name, asked)
			continue
		}
		f := asked[0].Files[0]
		if f.Kind != c.kind || f.MediaType != c.media || f.Size < 50 || !strings.HasPrefix(f.Fingerprint, "i:") || !strings.HasPrefix(c.path, "/"+asked[0].Provider) {
			t.Errorf("%s: asked was %+v", name, asked)
		}
		b.stop()
		b.start() // which forgets
		b.proxy.Ask = someone.ask
		if status, text, _ := b.post(c.path, c.body, "X-Goog-Api-Key", "k"); status == http.StatusForbidden || string(b.vendor.Requests()[0].Body) != c.body {
			t.Errorf("%s: approved, it is %d %s", name, status, text)
		}
	}
}

// TestReviewIsRemembered: a file comes again with every turn; the person is asked once for each provider, whatever the
// answer, and all new files of a turn are one question.
func TestReviewIsRemembered(t *testing.T) {
	b, someone := newBench(t, standin.Options{}), &person{}
	b.proxy.Ask = someone.ask
	one, two, three, bad := picture(), picture(), picture(), picture()
	for _, step := range []struct {
		what   string
		path   string
		body   string
		answer Answer
		files  int // that are asked about
		status int
	}{
		{"nobody there", chat, looking(one), Nobody, 1, 403},
		{"no answer", chat, looking(one), Unanswered, 1, 403},
		{"yes", chat, looking(one), Once, 1, 200},
		{"again", chat, looking(one), No, 0, 200},
		{"to another", "/mistral/v1/chat/completions", looking(one), No, 1, 403},
		{"two more, one twice", chat, looking(one, two, three, two), Once, 2, 200},
		{"again", chat, looking(three, two, one), No, 0, 200},
		{"no", chat, looking(one, bad), No, 1, 403},
		{"again, with another", chat, looking(picture(), bad), Once, 0, 403},
		{"all", chat, looking(picture()), Always, 1, 200},
		{"another", chat, looking(picture(), picture()), No, 0, 200},
		{"the one that was refused", chat, looking(bad), Once, 0, 403},
		{"of another kind", chat, strings.Replace(looking(pdf()), "image/png", "application/pdf", 1), No, 1, 403},
		{"to another", "/mistral/v1/chat/completions", looking(picture()), No, 1, 403},
	} {
		someone.says(step.answer)
		status, text, _ := b.post(step.path, step.body)
		files := 0
		asked := someone.says(No)
		for _, q := range asked {
			files += len(q.Files)
		}
		if status != step.status || files != step.files || len(asked) > 1 {
			t.Errorf("%s: %d, asked about %d: %s", step.what, status, files, text)
		}
	}
	var records []string
	b.stop()
	if err := audit.Show(b.dir, func(r audit.Record) error {
		records = append(records, fmt.Sprint(r.Verdict, r.Attachments))
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	want := []string{"forbidmap[image unanswered:1]", "forbidmap[image unanswered:1]", "allowmap[image approved:1]", "allowmap[image approved:1]", "forbidmap[image refused:1]",
		"allowmap[image approved:4]", "allowmap[image approved:3]", "forbidmap[image approved:1 image refused:1]"}
	if !slices.Equal(records[:len(want)], want) {
		t.Errorf("on record is\n%s", strings.Join(records, "\n"))
	}
	b.leaks(bad) // which went nowhere
}

// TestAttachmentForbidden: what policy forbids is not asked about, and is refused with its place and whose rule it is;
// what it allows goes unasked.
func TestAttachmentForbidden(t *testing.T) {
	b, someone := newBench(t, standin.Options{}), &person{answer: Once}
	b.proxy.Ask = someone.ask
	b.decide = func(q policy.Query) (policy.Decision, error) {
		d := policy.Decision{Rulings: make([]policy.Ruling, len(q.Subjects)), Revision: "7"}
		for _, a := range q.Attachments {
			switch a {
			case policy.Document:
				d.Attachments = append(d.Attachments, policy.Permission{Verdict: policy.Forbid, Reason: "By Acme's policy, documents stay."})
				d.Verdict = policy.Forbid
			case policy.Audio:
				d.Attachments = append(d.Attachments, policy.Permission{Reason: "Audio goes."})
			default:
				d.Attachments = append(d.Attachments, policy.Permission{Review: true, Reason: "Images are asked about."})
			}
		}
		return d, nil
	}
	key := awsKey()
	body := `{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,` + picture() + `"}},{"type":"file","` + key + `":"data:application/pdf;base64,` + pdf() + `"},{"type":"file","file":{"file_data":"data:application/pdf;base64,` + pdf() + `"}}]}]}`
	status, text, h := b.post(chat, body)
	if status != http.StatusForbidden || h.Get("X-Scrubjay-Error") != attachmentForbidden || strings.Contains(text, key) ||
		!strings.Contains(text, "An attachment (document, 1 KB) at messages[0].content[2].file.file_data: By Acme's policy, documents stay. Policy revision 7.") {
		t.Errorf("%d %s", status, text)
	}
	if asked := someone.says(No); len(asked)+len(b.vendor.Requests()) != 0 {
		t.Errorf("asked was %+v, %d requests went out", asked, len(b.vendor.Requests()))
	}
	audio := `{"messages":[{"role":"user","content":[{"type":"input_audio","input_audio":{"data":"` + sound() + `","format":"wav"}}]}]}`
	if status, text, _ := b.post(chat, audio); status != http.StatusOK || len(someone.says(No)) != 0 {
		t.Errorf("allowed: %d %s", status, text)
	}
	b.stop()
	var all []string
	if err := audit.Show(b.dir, func(r audit.Record) error { all = append(all, fmt.Sprint(r.Attachments)); return nil }); err != nil {
		t.Fatal(err)
	}
	if want := []string{"map[document forbidden:2]", "map[audio allowed:1]"}; !slices.Equal(all, want) {
		t.Errorf("on record is %q", all)
	}
	b.start()
	b.decide = func(policy.Query) (policy.Decision, error) { return policy.Decision{}, nil }
	if status, text, _ := b.post(chat, audio); status != http.StatusForbidden || !strings.Contains(text, "policy_unavailable") {
		t.Errorf("a decision that says nothing of it: %d %s", status, text)
	}
}

// TestAttachmentRerouted: a file that policy forbids a vendor goes to the model that takes its place; one that the
// person does not approve goes nowhere.
func TestAttachmentRerouted(t *testing.T) {
	b, local := elsewhere(t, standin.Options{}, false, func(p *policy.Provider) { p.Reroute = policy.Elsewhere{Provider: "llama"} })
	someone := &person{answer: No}
	b.proxy.Ask = someone.ask
	b.under("attachments: {document: {public: forbid}}")
	file := strings.Replace(looking(pdf()), "image/png", "application/pdf", 1)
	if status, text, h := b.post(chat, file); status != http.StatusOK || h.Get(elsewhereHeader) != "openai -> llama; forbidden" || len(local.Requests()) != 1 {
		t.Errorf("forbidden: %d %s", status, text)
	}
	if status, text, h := b.post(chat, looking(picture())); status != http.StatusForbidden || h.Get("X-Scrubjay-Error") != AttachmentUnapproved || len(someone.says(No)) != 1 {
		t.Errorf("refused: %d %s", status, text)
	}
	if len(local.Requests()) != 1 || len(b.vendor.Requests()) != 0 {
		t.Errorf("%d and %d requests went out", len(local.Requests()), len(b.vendor.Requests()))
	}
}

// TestTooManyAttachments: nobody reads a question of thousands.
func TestTooManyAttachments(t *testing.T) {
	b, someone := newBench(t, standin.Options{}), &person{answer: Once}
	b.proxy.Ask = someone.ask
	var pictures []string
	for range mostAsked + 1 {
		pictures = append(pictures, picture())
	}
	if status, text, _ := b.post(chat, looking(pictures...)); status != http.StatusForbidden || !strings.Contains(text, "And 252 more.") || len(someone.says(Once)) != 0 {
		t.Errorf("%d %s", status, text)
	}
	if status, _, _ := b.post(chat, looking(pictures[1:]...)); status != http.StatusOK {
		t.Errorf("one fewer: %d", status)
	}
}

// TestReviewEndsWithTheCaller: nobody is asked for a request that is given up, and the next one asks anew.
func TestReviewEndsWithTheCaller(t *testing.T) {
	b := newBench(t, standin.Options{})
	asking, over := make(chan bool), make(chan error)
	b.proxy.Ask = func(ctx context.Context, _ Question) Answer {
		asking <- true
		<-ctx.Done()
		over <- ctx.Err()
		return Unanswered
	}
	body := looking(picture())
	for range 2 {
		ctx, leave := context.WithCancel(t.Context())
		req, _ := http.NewRequestWithContext(ctx, "POST", b.url+chat, strings.NewReader(body))
		req.Header.Set("Content-Type", "application/json")
		gone := make(chan error)
		go func() {
			res, err := http.DefaultClient.Do(req)
			if err == nil {
				res.Body.Close()
			}
			gone <- err
		}()
		<-asking
		leave()
		if err := <-gone; err == nil {
			t.Error("it was answered")
		}
		if err := <-over; err != context.Canceled { //nolint:errorlint // this very one
			t.Error(err)
		}
	}
}

// TestOneQuestion: requests with the same files wait for one answer; who leaves does not end it for the others, and a
// minute does.
func TestOneQuestion(t *testing.T) {
	keys := []fileKey{{"openai", seenKey{1, 2}}}
	synctest.Test(t, func(t *testing.T) {
		var c consents
		answer := make(chan Answer)
		asked := 0
		put := func(ctx context.Context) Answer {
			asked++
			select {
			case a := <-answer:
				return a
			case <-ctx.Done():
				return Unanswered
			}
		}
		got := make(chan Answer, 3)
		first, leave := context.WithCancel(t.Context())
		for _, ctx := range []context.Context{first, t.Context(), t.Context()} {
			go func() { got <- c.ask(ctx, keys, nil, put) }()
			synctest.Wait()
		}
		leave()
		if a := <-got; a != Unanswered {
			t.Errorf("who left was answered %d", a)
		}
		answer <- Once
		if a, b := <-got, <-got; a != Once || b != Once || asked != 1 {
			t.Errorf("answers %d, %d to %d questions", a, b, asked)
		}
		if yes, known := c.said(keys[0], policy.Image); !yes || !known {
			t.Error("it is not remembered")
		}
		before := time.Now()
		if a := c.ask(t.Context(), keys, nil, put); a != Unanswered || time.Since(before) != patience || asked != 2 {
			t.Errorf("without an answer: %d after %s", a, time.Since(before))
		}
	})
}

// TestConsentsAreBounded: what may go is forgotten before memory fills; what was refused is not.
func TestConsentsAreBounded(t *testing.T) {
	var c consents
	no := fileKey{"openai", seenKey{1}}
	c.keep([]fileKey{no}, nil, No)
	for i := range uint64(3 * mostConsents) {
		c.keep([]fileKey{{"openai", seenKey{2, i}}}, nil, Once)
	}
	yes, known := c.said(no, policy.Image)
	if len(c.files) > mostConsents || yes || !known {
		t.Errorf("%d are remembered; what was refused: %v, %v", len(c.files), yes, known)
	}
}

// TestReviewInASocket: a message with a file waits for the person; speech, which comes in small pieces, is asked about
// once; a caller that leaves meanwhile is noticed.
func TestReviewInASocket(t *testing.T) {
	vendor, someone := newTalker(), &person{answer: Once}
	w := newWAN(t, vendor)
	w.proxy.Ask = someone.ask
	records := make(chan audit.Record, 4)
	w.proxy.Watch = func(e Ended) { records <- e.Record }
	open := func() *talk {
		t.Helper()
		c, _, err := w.talk(t, w.client(url.UserPassword("", testToken), false), "https://"+listedHost+"/v1/realtime?model=m", keyed(), websocket.DialOptions{})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	send := func(c *talk, message string) {
		t.Helper()
		if err := c.Write(t.Context(), websocket.MessageText, []byte(message)); err != nil {
			t.Fatal(err)
		}
	}
	speech := func() string { return `{"type":"input_audio_buffer.append","audio":"` + sound() + `"}` }
	showing := func() string {
		return `{"type":"conversation.item.create","item":{"type":"message","content":[{"type":"input_image","image_url":"data:image/png;base64,` + picture() + `"}]}}`
	}
	c := open()
	for range 3 {
		send(c, speech())
	}
	send(c, showing())
	send(c, `{"type":"response.create","input":"leave"}`)
	for {
		if _, _, err := c.Read(t.Context()); err != nil {
			break
		}
	}
	asked := someone.says(No)
	if len(asked) != 2 || asked[0].Files[0].Kind != policy.Audio || asked[1].Files[0].Kind != policy.Image {
		t.Errorf("asked was %+v", asked)
	}
	if r := <-records; fmt.Sprint(r.Attachments) != "map[audio approved:3 image approved:1]" {
		t.Errorf("on record is %v", r.Attachments)
	}
	c = open()
	send(c, showing())
	_, _, err := c.Read(t.Context())
	for err == nil { // it is told first what went wrong
		_, _, err = c.Read(t.Context())
	}
	if websocket.CloseStatus(err) != websocket.StatusPolicyViolation || !strings.Contains(err.Error(), AttachmentUnapproved) {
		t.Errorf("refused: %v", err)
	}
	<-records
	<-records

	asking, over := make(chan bool), make(chan error)
	w.proxy.Ask = func(ctx context.Context, _ Question) Answer {
		asking <- true
		<-ctx.Done()
		over <- ctx.Err()
		return Unanswered
	}
	c = open()
	send(c, showing())
	<-asking
	c.CloseNow()
	if err := <-over; err != context.Canceled { //nolint:errorlint // this very one
		t.Error(err)
	}
	if strings.Count(vendor.said(), "input_image") != 1 {
		t.Errorf("the vendor heard %s", vendor.said())
	}
}

// TestReviewIntercepted: what comes through a tunnel is asked about, too.
func TestReviewIntercepted(t *testing.T) {
	someone := &person{answer: No}
	vendor := make(chan string, 1)
	w := newWAN(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { vendor <- r.URL.Path }))
	w.proxy.Ask = someone.ask
	client := w.client(url.UserPassword("", testToken), true)
	res, err := client.Post("https://"+listedHost+"/chat/completions", "application/json", strings.NewReader(looking(picture())))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if asked := someone.says(No); res.StatusCode != http.StatusForbidden || len(asked) != 1 || asked[0].Provider != "copilot" || len(vendor) != 0 {
		t.Errorf("status %d, asked was %+v", res.StatusCode, asked)
	}
}

// TestPixel: what is too small to show anything is nobody's question, but is scanned as it is.
func TestPixel(t *testing.T) {
	b := newBench(t, standin.Options{})
	pixel := "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89\x00\x00\x00\nIDATx\x9cc\x00\x01\x00\x00\x05\x00\x01"
	key := awsKey()
	for _, data := range []string{pixel, pixel + " " + key + " "} {
		body := fmt.Sprintf(`{"model":"m","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,%s"}}]}]}`, base64.StdEncoding.EncodeToString([]byte(data)))
		if status, answer, _ := b.post(chat, body); status != http.StatusOK {
			t.Fatalf("%d %s", status, answer)
		}
		sent := string(b.vendor.Requests()[len(b.vendor.Requests())-1].Body)
		if same := sent == body; same == strings.Contains(data, key) {
			t.Errorf("of %d bytes it sends %s", len(data), sent)
		}
	}
}
