package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/scrubjay-dev/scrubjay/internal/daemon"
	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
	"github.com/scrubjay-dev/scrubjay/internal/workspace"
	"github.com/scrubjay-dev/scrubjay/server/scrubjay/scan"
)

func policyExplainCommand() *cobra.Command {
	q := policy.Query{Direction: policy.Outgoing}
	var s policy.Subject
	var class, kind, direction, attachment string
	c := &cobra.Command{
		Use: "explain [FILE[:LINE]]", Short: "Say what policy decides of a finding or an attachment for a destination, and whose rule it is", Args: cobra.MaximumNArgs(1),
		Long: `Explain says what becomes of what is found in a file, or on a line of it, for a destination; or of a finding or an attachment
that flags describe. Of each it shows all who have a say, the one whose word counts with a star.`,
		Example: "  scrubjay policy explain .env:3 --destination openai\n  scrubjay policy explain --class pii --rule email-address --provider openai\n  scrubjay policy explain --attachment image --provider anthropic\n  scrubjay policy explain --direction restore --tool bash --tool-kind command --provider anthropic",
		RunE: func(c *cobra.Command, args []string) error {
			_, g, err := ownGovernance()
			if err != nil {
				return err
			}
			p, ok := g.Settings().Providers[q.Destination.Provider]
			if !ok && kind == "" {
				return fmt.Errorf("no provider is called %q: scrubjay env lists them, or say --kind.%s", q.Destination.Provider, meantProvider(g.Settings(), q.Destination.Provider))
			}
			q.Direction, q.Destination.Kind = policy.Direction(direction), p.Kind
			if kind != "" {
				q.Destination.Kind = policy.Kind(kind)
			}
			for _, said := range []struct{ flag, word, known string }{
				{"class", class, joined(detect.Classes)},
				{"kind", kind, "public, private, local"},
				{"direction", direction, "outgoing, answer, restore"},
				{"severity", s.Severity, "info, low, medium, high, critical"},
				{"confidence", s.Confidence, "low, medium, high"},
				{"tool-kind", q.Tool.Kind, "edit, command, network, show, mcp, other"},
			} {
				if said.word != "" && !slices.Contains(strings.Split(said.known, ", "), said.word) {
					return fmt.Errorf("--%s %s: it is one of %s", said.flag, said.word, said.known)
				}
			}
			if len(args) > 0 {
				return explainFile(c, g, q, args[0])
			}
			if class != "" || s.Rule != "" {
				if err := completeSubject(g, &s, class); err != nil {
					return err
				}
				q.Subjects = []policy.Subject{s}
			}
			if attachment != "" {
				if !slices.Contains(policy.Attachments, policy.Attachment(attachment)) {
					return fmt.Errorf("no kind of attachment is called %q: it is one of image, document, audio, video, other", attachment)
				}
				q.Attachments = []policy.Attachment{policy.Attachment(attachment)}
			}
			if q.Direction == policy.Restore {
				q.Origin = q.Destination.Provider
			}
			x, err := g.Policy().Explain(c.Context(), q)
			fmt.Fprint(c.OutOrStdout(), x)
			return err
		},
	}
	f := c.Flags()
	f.StringVar(&class, "class", "", "class of the finding: credential, pii, phi, pci, proprietary, internal, injection")
	f.StringVar(&attachment, "attachment", "", "kind of an attachment: image, document, audio, video, other")
	f.StringVar(&s.Rule, "rule", "", "rule of the finding")
	f.StringVar(&s.Severity, "severity", "", "severity of the finding (default: the rule's, or high)")
	f.StringVar(&s.Confidence, "confidence", "high", "confidence of the finding")
	f.BoolVar(&s.Validated, "validated", false, "a checksum proved the finding")
	f.StringVar(&q.Destination.Provider, "provider", "openai", "the provider it would go to")
	f.StringVar(&q.Destination.Provider, "destination", "openai", "the same as --provider")
	c.MarkFlagsMutuallyExclusive("provider", "destination")
	f.StringVar(&q.Destination.Model, "model", "", "the model")
	f.StringVar(&kind, "kind", "", "kind of the destination: public, private, local (default: the provider's)")
	f.StringVar(&direction, "direction", "outgoing", "outgoing, answer or restore")
	f.StringVar(&q.Tool.Name, "tool", "", "the tool that a value would be handed to")
	f.StringVar(&q.Tool.Kind, "tool-kind", "", "its kind: edit, command, network, show, mcp, other")
	return c
}

func completeSubject(g *daemon.Governance, s *policy.Subject, class string) error {
	s.Class = detect.Class(class)
	if r := g.Engine().Rule(s.Rule); r != nil {
		s.Class = r.Class
		if s.Severity == "" {
			s.Severity = r.Severity.String()
		}
	} else if s.Rule != "" {
		return fmt.Errorf("no rule is called %q: scrubjay rules list shows them", s.Rule)
	}
	if s.Severity == "" {
		s.Severity = "high"
	}
	return nil
}

// explainFile explains what is found in a file, or on a line of it.
func explainFile(c *cobra.Command, g *daemon.Governance, q policy.Query, where string) error {
	name, wanted := where, 0
	text, err := os.ReadFile(name)
	if at := strings.LastIndexByte(where, ':'); errors.Is(err, fs.ErrNotExist) && at > 0 {
		line, lerr := strconv.Atoi(where[at+1:])
		if lerr != nil || line < 1 {
			return fmt.Errorf("%s: %q is no number of a line: write FILE:LINE, such as .env:3", where, where[at+1:])
		}
		name, wanted = where[:at], line
		text, err = os.ReadFile(name)
	}
	if err != nil {
		return err
	}
	if lines := 1 + bytes.Count(bytes.TrimSuffix(text, []byte("\n")), []byte("\n")); wanted > lines {
		return fmt.Errorf("%s has %d lines, and %d is asked for", name, lines, wanted)
	}
	file, _ := scan.RepositoryFile(name)
	settings, err := g.EditorSettings(file)
	if err != nil {
		return err
	}
	engine, err := policy.EngineFor(settings)
	if err != nil {
		return err
	}
	if abs, err := filepath.Abs(name); err == nil {
		for _, l := range new(workspace.Labels).Of(abs) {
			q.Labels = append(q.Labels, l.Name)
		}
		q.Repository = new(workspace.Remotes).Of(filepath.Dir(abs))
	}
	explained := 0
	for _, f := range engine.Find(name, text) {
		line := 1 + bytes.Count(text[:f.Start], []byte("\n"))
		if wanted > 0 && (wanted < line || wanted > line+bytes.Count(text[f.Start:f.End], []byte("\n"))) {
			continue
		}
		one := q
		subject := policy.SubjectOf(f)
		subject.Revoked = settings.Revocations.Of(text[f.Start:f.End])
		one.Subjects = []policy.Subject{subject}
		x, err := g.Policy().Explain(c.Context(), one)
		if explained > 0 {
			fmt.Fprintln(c.OutOrStdout())
		}
		fmt.Fprintf(c.OutOrStdout(), "%s:%d:%d: %s\n%s", name, line, f.Start-bytes.LastIndexByte(text[:f.Start], '\n'), f.Rule.Description, x)
		if err != nil {
			return err
		}
		explained++
	}
	if explained == 0 {
		fmt.Fprintf(c.OutOrStdout(), "%s: nothing is found there, so that it goes out as it is\n", where)
	}
	return nil
}

// meantProvider asks whether a name was to be that of a provider, if one is near.
func meantProvider(s policy.Settings, name string) string {
	if near := policy.Nearest(name, slices.Sorted(maps.Keys(s.Providers))); near != "" {
		return " Did you mean " + near + "?"
	}
	return ""
}
