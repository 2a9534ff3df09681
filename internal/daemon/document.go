package daemon

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/scrubjay-dev/scrubjay/internal/control"
	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
	"github.com/scrubjay-dev/scrubjay/internal/proxy"
	"github.com/scrubjay-dev/scrubjay/internal/wire"
	"github.com/scrubjay-dev/scrubjay/internal/workspace"
)

// scrub puts placeholders into a message of an MCP server.
func (d *daemon) scrub(m control.Scrub) (control.Scrubbed, error) {
	out, err := d.document(m.Version, d.front.ScrubDocument, proxy.Document{Kind: "mcp", From: m.Server, Repository: d.machine.repository(), Route: wire.MCPMessage, Body: m.Document})
	return control.Scrubbed{Document: out.Body, Why: out.Why}, err
}

// restore puts values into a request to an MCP server.
func (d *daemon) restore(m control.Restore) (control.Restored, error) {
	route, _ := wire.MCP.Route("POST", m.Method)
	if route == nil {
		return control.Restored{}, errors.New("nothing is restored in requests of this method: update the older of this program and the daemon")
	}
	out, err := d.document(m.Version, d.front.RestoreDocument, proxy.Document{Kind: "mcp", From: m.Server, Route: route, Body: m.Document})
	return control.Restored{Document: out.Body, Withheld: out.Record.Withheld}, err
}

// judge says what is sensitive in what a hook is told.
func (d *daemon) judge(m control.Judge) (control.Judged, error) {
	doc := proxy.Document{Kind: "hook", From: m.From, Repository: new(workspace.Remotes).Of(m.Folder), Route: new(wire.Route), Body: m.Document}
	if m.Rewrite && !m.Scrubbed {
		out, err := d.document(m.Version, d.front.ScrubDocument, doc)
		judged := control.Judged{Verdict: out.Record.Verdict, Why: out.Why}
		if !bytes.Equal(out.Body, m.Document) {
			judged.Document = out.Body
		}
		return judged, err
	}
	least := policy.Scrub
	if m.Scrubbed {
		least = policy.Forbid
	}
	judge := func(ctx context.Context, doc proxy.Document) (proxy.Outcome, error) {
		return d.front.JudgeDocument(ctx, doc, least)
	}
	out, err := d.document(m.Version, judge, doc)
	return control.Judged{Verdict: out.Record.Verdict, Why: out.Why}, err
}

func (d *daemon) document(version int, do func(context.Context, proxy.Document) (proxy.Outcome, error), doc proxy.Document) (proxy.Outcome, error) {
	if err := tooNew(version); err != nil {
		return proxy.Outcome{}, err
	}
	if len(doc.Body) > control.DocumentLimit {
		return proxy.Outcome{}, errors.New("it is longer than 10 MiB")
	}
	// Whoever asked waits; nobody else can end it.
	out, err := do(context.Background(), doc)
	if err == nil {
		d.documented(out)
	}
	return out, err
}

// documented tells everybody attached of a document in which there was something.
func (d *daemon) documented(out proxy.Outcome) {
	found := 0
	for _, n := range out.Record.Classes {
		found += n
	}
	who := out.Record.Kind + " " + out.Record.Endpoint
	text := ""
	switch {
	case out.Why != "":
		text = who + ": kept back, policy does not let it go on"
	case out.Record.Withheld > 0:
		text = fmt.Sprintf("%s: placeholders kept out of it: %d; the setting tools lets values in", who, out.Record.Withheld)
	case out.Record.Verdict == policy.Scrub.String() && out.Record.Kind == "mcp":
		text = fmt.Sprintf("%s: %s scrubbed", who, detect.Counted(found))
	default:
		return
	}
	d.hub.send(control.Event{Kind: "exchange", Text: text, Provider: who, Verdict: out.Record.Verdict, Classes: out.Record.Classes, Revision: out.Record.Revision})
}
