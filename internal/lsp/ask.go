package lsp

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"go.lsp.dev/protocol"
	"go.uber.org/zap"

	"github.com/scrubjay-dev/scrubjay/internal/control"
)

type fileKind struct{ kind, one, many string }

// fileKinds are what the person is told of files that nobody here can read, in this order.
var fileKinds = [...]fileKind{
	{"image", "an image", "images"},
	{"document", "a document", "documents"},
	{"audio", "an audio file", "audio files"},
	{"video", "a video", "videos"},
	{"other", "a file", "files"},
}

// ask puts a question of the daemon's to the person. A question that is closed without an answer is left to the
// person's other editors.
func (s *Server) ask(ctx context.Context, e control.Event) {
	question, always := fileQuestion(e.Files, e.Provider)
	answers := []struct{ title, say string }{{"Send once", control.SayOnce}, {always, control.SayAlways}, {"Do not send", control.SayNo}}
	var titles []string
	for _, a := range answers {
		titles = append(titles, a.title)
	}
	chosen, say := s.choose(ctx, question, titles), control.SayClosed
	for _, a := range answers {
		if chosen == a.title {
			say = a.say
		}
	}
	s.answer(ctx, e.ID, say)
}

// answer gives the daemon the person's answer.
func (s *Server) answer(ctx context.Context, id, say string) {
	ctx, cancel := context.WithTimeout(ctx, daemonPatience)
	defer cancel()
	if err := s.cfg.Daemon.Answer(ctx, control.Answer{ID: id, Say: say}); err != nil && say != control.SayClosed && ctx.Err() == nil {
		s.warn(err.Error())
	}
}

// choose is the title that the person chooses, or empty.
func (s *Server) choose(ctx context.Context, question string, titles []string) string {
	var actions []protocol.MessageActionItem
	for _, t := range titles {
		actions = append(actions, protocol.MessageActionItem{Title: t})
	}
	chosen, err := s.client.ShowMessageRequest(ctx, &protocol.ShowMessageRequestParams{
		Type: protocol.MessageTypeWarning, Message: "scrubjay: " + question, Actions: actions,
	})
	if err != nil && ctx.Err() == nil {
		s.log.Warn("the editor cannot ask", zap.Error(err))
	}
	if err != nil || chosen == nil {
		return ""
	}
	return chosen.Title
}

// fileQuestion says what is about to go where, and how to let all that is of these kinds go. Editors cut long titles.
func fileQuestion(files []control.File, provider string) (question, always string) {
	var parts, names []string
	for _, k := range fileKinds {
		n, size, media := 0, 0, ""
		for _, f := range files {
			known := slices.ContainsFunc(fileKinds[:], func(k fileKind) bool { return k.kind == f.Kind })
			if f.Kind == k.kind || !known && k.kind == "other" {
				n, size, media = n+1, size+f.Size, f.MediaType
			}
		}
		switch {
		case n == 0:
			continue
		case n > 1:
			parts = append(parts, fmt.Sprintf("%d %s of %s", n, k.many, sizeOf(size)))
		case media != "":
			parts = append(parts, fmt.Sprintf("%s of %s (%s)", k.one, sizeOf(size), media))
		default:
			parts = append(parts, fmt.Sprintf("%s of %s", k.one, sizeOf(size)))
		}
		names = append(names, k.many)
	}
	what := joined(parts)
	verb := "are"
	if len(files) == 1 {
		verb = "is"
	}
	if always = "Always send " + names[0]; len(names) > 1 {
		always = "Always send these kinds"
	}
	return fmt.Sprintf("%s%s %s about to go to %s. Scrubjay cannot read %s. \"Always\" is for %s, until the daemon ends.",
		strings.ToUpper(what[:1]), what[1:], verb, provider, joined(names), provider), always
}

// joined is a list as people say it.
func joined(list []string) string {
	if last := len(list) - 1; last > 0 {
		return strings.Join(list[:last], ", ") + " and " + list[last]
	}
	return strings.Join(list, "")
}

func sizeOf(n int) string {
	if n >= 1<<20 {
		return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
	}
	return fmt.Sprintf("%d KB", (n+1023)/1024)
}
