package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/installation"

	"github.com/spf13/cobra"

	"github.com/scrubjay-dev/scrubjay/internal/assistants"
	"github.com/scrubjay-dev/scrubjay/internal/audit"
	"github.com/scrubjay-dev/scrubjay/internal/authority"
	"github.com/scrubjay-dev/scrubjay/internal/control"
	"github.com/scrubjay-dev/scrubjay/internal/daemon"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
	"github.com/scrubjay-dev/scrubjay/server/scrubjay/command"
	"github.com/scrubjay-dev/scrubjay/server/scrubjay/screen"
)

func doctorCommand() *cobra.Command {
	show := false
	c := &cobra.Command{
		Use: "doctor", Short: "Say what is wrong and how to mend it", Args: cobra.NoArgs,
		Long: `Doctor looks at all that has to be well on this machine. For each assistant that is set up it sends a made-up secret through the
address in its settings to a stand-in vendor within this program: what the real vendor would get is proved, and nobody is asked.`,
		Example: "  scrubjay doctor\n  scrubjay doctor --show",
		RunE: func(c *cobra.Command, _ []string) error {
			d := &doctor{Screen: screen.New(c.OutOrStdout()), show: show}
			d.examine(c.Context())
			if d.wrong > 0 {
				return command.Exit{Code: 1}
			}
			return nil
		},
	}
	c.Flags().BoolVar(&show, "show", false, "show each assistant's request as the vendor would get it")
	return c
}

type doctor struct {
	screen.Screen
	wrong int
	// show says that requests are shown.
	show bool
}

// check reports one thing: what is well, or what is wrong and its cure.
func (d *doctor) check(well string, err error, cure string) bool {
	if err == nil {
		d.Good(well)
		return true
	}
	d.wrong++
	d.Bad(err.Error())
	if cure != "" {
		d.Note("  → " + cure)
	}
	return false
}

func (d *doctor) examine(ctx context.Context) {
	d.Note("scrubjay " + programVersion())
	state, err := installation.OpenState("")
	if !d.check("state directory "+state.Dir, err, "set SCRUBJAY_STATE to a directory that only you can use") {
		return
	}
	var providers map[string]policy.Provider
	var hosts, configured []string
	listen := ""
	g, err := commandGovernance(state)
	if d.check("configuration is understood", err, "correct the file at that line; docs/policy.md lists every setting") {
		settings := g.Settings()
		listen = settings.Listen
		providers, hosts, configured = settings.Providers, settings.Hosts(), settings.Configured()
		for _, origin := range g.SettingsOrigins() {
			d.Note("  " + origin)
		}
		for _, note := range g.SettingsNotes() {
			d.Note("  " + note)
		}
		if settings.CAFile != "" {
			d.check("ca_file "+settings.CAFile, daemon.CheckTrust(settings.CAFile), "correct ca_file in the configuration: without it nothing is sent")
		}
	}
	d.files(state)
	if err := assistants.Seen(os.Getenv); err != nil {
		d.check("", err, "set NO_PROXY and no_proxy to "+assistants.NoProxy(os.Getenv)+"; scrubjay run and scrubjay env do")
	}

	socket, err := state.Socket()
	if !d.check("control socket has a place", err, "") {
		return
	}
	client := control.Dial(socket)
	soon, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	hello, err := client.Hello(soon)
	if errors.Is(err, control.ErrNoDaemon) {
		if g != nil {
			g.Poll(soon)
			d.policy(g.Standing())
		}
		d.Note("no daemon is running: an editor or scrubjay run starts one, scrubjay serve runs it here")
		if text, _ := os.ReadFile(state.Dir + "/daemon.log"); len(text) > 0 {
			d.Note("  what the last one said: " + state.Dir + "/daemon.log")
		}
		d.authority(state, hosts, false)
		d.assistants(ctx, client, hello, providers)
		return
	}
	if !d.check(fmt.Sprintf("daemon %s answers, process %d", hello.Program, hello.PID), err, restart) {
		return
	}
	if missing := hello.Missing(); len(missing) > 0 {
		d.check("", fmt.Errorf("the daemon is older, and does not know: %s", strings.Join(missing, ", ")), restart)
	}
	d.proxy(hello, listen)
	if hello.Paused != nil {
		d.check("", fmt.Errorf("not protected: paused until %s, by %s", hello.Paused.Until.Local().Format("15:04"), hello.Paused.By), "scrubjay resume; until then a made-up secret goes out, too, and assistants are not tried")
	}
	d.authority(state, hosts, hello.Proxy.Listen != "" && len(hello.Missing()) == 0)
	d.trouble(hello.Trouble)
	if slices.Contains(hello.Features, "reach") {
		d.reach(ctx, client, configured)
	}
	if hello.LeftOut > 0 {
		d.check("", fmt.Errorf("this machine has more secrets than are looked for: %d forms of some are left out", hello.LeftOut),
			"name those that matter, which always are: scrubjay secret add; and close folders whose .env files hold thousands")
	}
	if slices.Contains(hello.Features, "forget") {
		d.words(ctx, client)
	}
	d.policy(hello.Policy)
	if hello.Paused == nil {
		d.assistants(ctx, client, hello, providers)
	}
}

// policy says what is in force, and what of the organisation's is not, and since when.
func (d *doctor) policy(p control.Policy) {
	in := "the last good one (" + p.Revision + ") is in force"
	if p.Stale != "" {
		in = "the organisation's policy is missing or has expired, and until it comes organisation.stale holds: " + p.Stale
	}
	if p.Outdated != "" {
		d.check("", errors.New(outdated(p)), "install a newer version, then "+restart)
	}
	if p.Unreachable != "" {
		d.check("", fmt.Errorf("no newer policy%s: %s", since(p.UnreachableSince), p.Unreachable), in+"; see that organisation.url can be reached from here")
	}
	if p.Refused != "" {
		d.check("", fmt.Errorf("the newest policy is not in force%s: %s", since(p.RefusedSince), p.Refused), in+"; tell whoever signs your organisation's policy")
	}
	if p.Unreachable+p.Refused == "" && p.Stale != "" {
		d.Note(in)
	} else if p.Unreachable+p.Refused == "" {
		d.Good("policy " + p.Revision)
	}
	if p.Waits != "" {
		d.Note("  a newer policy waits for its turn on this machine: " + p.Waits)
	}
}

// since is from when on something was so, as this daemon knows it.
func since(t *time.Time) string {
	if t == nil {
		return ""
	}
	return " since " + t.Local().Format(time.DateTime)
}

// reach has the daemon, whose environment counts, try the way to its providers: to those that the settings name, and
// those that requests were sent to.
func (d *doctor) reach(ctx context.Context, client *control.Client, names []string) {
	tried, err := client.Reach(ctx, control.Reach{Providers: names})
	if err != nil {
		d.check("", err, "")
	}
	for _, p := range tried.Providers {
		if p.Why != "" {
			cause, cure, _ := strings.Cut(p.Why, ". What to do: ")
			d.check("", errors.New(cause), cure)
			continue
		}
		d.Good(p.Name + " can be reached")
	}
}

// words looks for ordinary words that were taken for secrets: from then on each is masked wherever it stands.
func (d *doctor) words(ctx context.Context, client *control.Client) {
	words, err := client.Forget(ctx, control.Forget{})
	if err == nil && len(words.Placeholders) > 0 {
		err = fmt.Errorf("ordinary words are taken for secrets, and masked wherever they stand: %s", strings.Join(words.Placeholders, ", "))
	}
	if err != nil {
		d.check("", err, "scrubjay secret forget")
	}
}

func (d *doctor) files(state installation.State) {
	entries, err := os.ReadDir(state.Dir)
	for _, e := range entries {
		if info, ierr := e.Info(); ierr == nil && info.Mode().IsRegular() && info.Mode().Perm()&0o077 != 0 {
			err = errors.Join(err, fmt.Errorf("%s/%s can be read by other accounts", state.Dir, e.Name()))
		}
	}
	if os.PathSeparator != '/' {
		d.Note("not checked on Windows: who can read " + state.Dir + "; in a folder of your profile you and administrators can")
	} else {
		d.check("its files are closed to other accounts", err, "chmod 600 them; the token should then be made anew: remove the file token")
	}
	good, err := audit.Verify(state.Dir)
	if state.LedgerGone() {
		d.check("", errors.New("the ledger has gone: ledger.log and ledger.head are not there, though a daemon has run"),
			"if you did not move them away yourself, somebody did: what was recorded is lost. The next daemon begins another")
		return
	}
	if errors.Is(err, fs.ErrNotExist) {
		d.Note("no ledger yet")
		return
	}
	first := errors.New("") // ends the reading
	_ = audit.Show(state.Dir, func(r audit.Record) error {
		if r.Note == installation.LedgerGone {
			d.Note("  on " + r.Time.Local().Format(time.DateTime) + " " + r.Note)
		}
		return first
	})
	d.check(fmt.Sprintf("ledger: %d records, all good", good), err, "keep all files called ledger as evidence, move them away and start again")
}

// restart is how another daemon comes.
const restart = "scrubjay stop; the next program that needs a daemon starts it, and scrubjay serve does"

func (d *doctor) proxy(hello control.Hello, listen string) {
	if hello.Proxy.Listen == "" {
		d.check("", errors.New("the daemon runs without its proxy: "+hello.Proxy.Error), "scrubjay stop, and end what has the port, or name another in SCRUBJAY_LISTEN or the setting listen; the next program that needs a daemon starts it")
		return
	}
	c, err := net.DialTimeout("tcp", hello.Proxy.Listen, time.Second)
	if err == nil {
		err = c.Close()
	}
	d.check("proxy listens on "+hello.Proxy.Listen, err, restart)
	if hello.Proxy.Instead != "" {
		d.Note("  not on " + hello.Proxy.Instead)
	}
	if meant := installation.Meant(listen); meant != hello.Proxy.Listen {
		if _, port, err := net.SplitHostPort(meant); err == nil && port != "0" {
			d.check("", fmt.Errorf("it was started otherwise: it is to listen on %s now", meant), restart)
		}
	}
}

// authority looks at what programs are told to trust which go through the proxy. serving is whether a daemon of this version has made
// sure of it.
func (d *doctor) authority(state installation.State, hosts []string, serving bool) {
	if len(hosts) == 0 {
		return // nothing is intercepted, or the configuration is not understood
	}
	until, err := authority.Open(state.Dir).Check(hosts)
	if errors.Is(err, fs.ErrNotExist) && !serving {
		d.Note("no certificate authority yet: the daemon makes it")
		return
	}
	if errors.Is(err, authority.ErrOlder) && !serving {
		d.Note("the certificate authority is of an older version: the daemon of this one makes another; then start again the programs that go through it")
		return
	}
	d.check(fmt.Sprintf("certificate authority: for %d hosts and no others, until %s", len(hosts), until.Format(time.DateOnly)), err,
		"remove ca.key; scrubjay stop, and the next daemon makes another; then start again the programs that go through it")
}

// cures say what to do about a part that requests were refused for.
var cures = map[string]string{
	"vault_unavailable":  "make room on the disk of the state directory, and see that its files are yours; then send the request again",
	"ledger_unavailable": "make room on the disk of the state directory, and see that its files are yours; then scrubjay stop, and start the daemon again",
	"policy_unavailable": "scrubjay policy check says what is wrong with it",
	"internal_error":     "please report it with this output",
}

func (d *doctor) trouble(t *control.Trouble) {
	if t == nil {
		return
	}
	text := fmt.Sprintf("at %s a request was refused (%s): %s", t.Time.Local().Format(time.TimeOnly), t.Code, t.Text)
	if t.Over {
		d.Note(text + "; requests have gone out since")
		return
	}
	d.check("", errors.New(text), cures[t.Code])
}
