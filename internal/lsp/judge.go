package lsp

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"go.uber.org/zap"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
	"github.com/scrubjay-dev/scrubjay/internal/workspace"
)

// report is how one version of a file is judged.
type report struct {
	buffer     *workspace.Buffer
	generation uint64
	outlook    *outlook
	labels     []workspace.Label
	findings   []judged // in the order of the text
	until      time.Time
}

// judged is a finding that nobody has called harmless, and what policy says of it.
type judged struct {
	detect.Finding
	rulings    []policy.Ruling // parallel to the outlook's destinations
	verdict    policy.Verdict  // the strictest
	revoked    bool
	diagnostic string // how the editor shows it: error, warning, information, hint or none
}

func (j judged) shown() bool { return j.diagnostic != "none" }

// shown are the findings that the editor shows.
func (r *report) shown() []judged {
	return slices.DeleteFunc(slices.Clone(r.findings), func(j judged) bool { return !j.shown() })
}

// touching are the findings that share a byte with start to end or stand right beside them.
func (r *report) touching(start, end int) []judged {
	var all []judged
	for _, j := range r.findings {
		if j.Start <= end && start <= j.End {
			all = append(all, j)
		}
	}
	return all
}

// judge asks policy about a version of a file; a version is judged once unless something else changes.
func (s *Server) judge(ctx context.Context, b *workspace.Buffer) *report {
	s.mu.Lock()
	generation, known := s.generation, s.reports[b.URI]
	s.mu.Unlock()
	now := time.Now()
	if known != nil && known.buffer == b && known.generation == generation && (known.until.IsZero() || now.Before(known.until)) {
		return known
	}
	r := s.judgeBy(ctx, b, s.outlook(b.Path))
	r.generation = generation
	if ctx.Err() != nil {
		return r // a decision may be missing
	}
	s.mu.Lock()
	if now, open := s.buffers.At(b.URI); open && now == b {
		s.reports[b.URI] = r
	}
	s.mu.Unlock()
	return r
}

// judgeBy asks policy about a text in the way that an outlook has.
func (s *Server) judgeBy(ctx context.Context, b *workspace.Buffer, o *outlook) *report {
	now := time.Now()
	r := &report{buffer: b, outlook: o}
	r.labels = r.outlook.labels.Of(b.Path)
	rel := r.outlook.folder.rel(b.Path)
	var subjects []policy.Subject
	var of []int // parallel to the findings
	for _, f := range r.outlook.withKnown(b) {
		subject := policy.SubjectOf(f)
		subject.Revoked = r.outlook.revocations.Of(b.Value(f.Span))
		if subject.Revoked == "" && (r.outlook.disabled[f.Rule.ID] || r.outlook.trusted && detect.Ignored(b.Text.Bytes(), f) || r.outlook.allowed(f, rel, b.Value(f.Span), now)) {
			continue // none of which revives what the organisation revokes
		}
		i := slices.Index(subjects, subject)
		if i < 0 {
			i = len(subjects)
			subjects = append(subjects, subject)
		}
		r.findings = append(r.findings, judged{Finding: f, revoked: subject.Revoked != ""})
		of = append(of, i)
	}
	if len(subjects) > 0 {
		var labels []string
		for _, l := range r.labels {
			labels = append(labels, l.Name)
		}
		repository := ""
		if r.outlook.trusted {
			repository = r.outlook.remotes.Of(filepath.Dir(b.Path))
		}
		decisions := make([]policy.Decision, len(r.outlook.destinations))
		for d, destination := range r.outlook.destinations {
			decisions[d] = s.decide(ctx, policy.Query{Direction: policy.Outgoing, Destination: destination, Subjects: subjects, Labels: labels, Repository: repository})
			if u := decisions[d].ValidUntil; !u.IsZero() && (r.until.IsZero() || u.Before(r.until)) {
				r.until = u
			}
		}
		for d := range decisions {
			r.outlook.tighten(&decisions[d], r.outlook.destinations[d], subjects)
		}
		for i := range r.findings {
			r.findings[i].settle(decisions, of[i])
		}
	}
	return r
}

// tighten has a repository's verdicts say what is stricter than policy. Documented examples are nobody's secret.
func (o *outlook) tighten(d *policy.Decision, to policy.Destination, subjects []policy.Subject) {
	d.Rulings = slices.Clone(d.Rulings) // they may be remembered
	for i, subject := range subjects {
		named := o.verdicts[string(subject.Class)][to.Kind]
		for v := policy.Scrub; v <= policy.Forbid; v++ {
			if v.String() != named || v <= d.Rulings[i].Verdict || subject.Severity == detect.Info.String() {
				continue
			}
			shown := "information"
			if v == policy.Forbid {
				shown = "error"
			}
			d.Rulings[i] = policy.Ruling{Verdict: v, Diagnostic: shown, Reason: "the repository's " + settingsFile + " says so, to editors"}
		}
	}
}

// decide asks once for all of a file's subjects. A decision that fails or does not fit is closed.
func (s *Server) decide(ctx context.Context, q policy.Query) policy.Decision {
	decision, err := s.cfg.Decider.Decide(ctx, q)
	if err == nil && len(decision.Rulings) != len(q.Subjects) {
		err = fmt.Errorf("policy ruled on %d of %d subjects", len(decision.Rulings), len(q.Subjects))
	}
	if err != nil {
		if ctx.Err() == nil {
			s.log.Warn("policy decided nothing", zap.Error(err))
		}
		decision = policy.Decision{Verdict: policy.Forbid, Rulings: make([]policy.Ruling, len(q.Subjects))}
		for i := range decision.Rulings {
			decision.Rulings[i] = policy.Ruling{Verdict: policy.Forbid, Diagnostic: "error", Reason: "policy cannot be asked: " + err.Error()}
		}
	}
	return decision
}

// loudness orders how findings are shown.
var loudness = []string{"none", "hint", "information", "warning", "error"}

// settle takes the strictest verdict over all destinations, shown as loudly as any of those that share it.
func (j *judged) settle(decisions []policy.Decision, subject int) {
	loudest := 0
	for _, d := range decisions {
		r := d.Rulings[subject]
		j.rulings = append(j.rulings, r)
		loud := slices.Index(loudness, r.Diagnostic)
		if loud < 0 {
			loud = slices.Index(loudness, "warning")
		}
		switch {
		case r.Verdict > j.verdict:
			j.verdict, loudest = r.Verdict, loud
		case r.Verdict == j.verdict:
			loudest = max(loudest, loud)
		}
	}
	if j.Severity == detect.Info {
		most := "information"
		if j.Rule.Class != detect.Credential { // addresses at example.com, and who is credited: in every second file
			most = "none"
		}
		loudest = min(loudest, slices.Index(loudness, most))
	}
	j.diagnostic = loudness[loudest]
}
