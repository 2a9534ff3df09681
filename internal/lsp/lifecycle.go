package lsp

import (
	"context"
	"slices"
	"strings"
	"time"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"
	"go.uber.org/zap"

	"github.com/scrubjay-dev/scrubjay/internal/rpc"
	"github.com/scrubjay-dev/scrubjay/internal/text"
	"github.com/scrubjay-dev/scrubjay/internal/workspace"
)

// parentPoll is how often the editor's process is looked for. An editor that dies usually closes its
// pipes; this is for one whose pipes somebody else still holds.
const parentPoll = 10 * time.Second

// capabilities is what the editor can do, as far as it matters here.
type capabilities struct {
	pull, refresh   bool // diagnostics
	applyEdit       bool
	versionedEdits  bool
	actions         bool // code actions, not only commands
	markdown        bool
	configuration   bool
	registerWatcher bool
	registerConfig  bool
	showDocument    bool
	codeDescription bool
	annotations     bool
	resolve         bool // of a code action's edit
	documentation   bool // of kinds of code actions
	saves           bool // it waits for edits before it saves
	renames         bool // it waits for edits before it renames
	lenses          bool
	lensRefresh     bool
	tokens          bool
	registerTokens  bool
	tokensRefresh   bool
	notebooks       bool
	completions     bool
	progress        bool
	contents        bool // it asks for the texts of documents that only we have
	clipboard, ask  bool
	counts          bool // it says in which units it counts
}

func capabilitiesOf(c *protocol.ClientCapabilities) capabilities {
	var caps capabilities
	if w := c.Workspace; w != nil {
		caps.applyEdit = is(w.ApplyEdit)
		caps.versionedEdits = w.WorkspaceEdit != nil && is(w.WorkspaceEdit.DocumentChanges)
		caps.annotations = caps.versionedEdits && w.WorkspaceEdit.ChangeAnnotationSupport != nil
		caps.renames = w.FileOperations != nil && is(w.FileOperations.WillRename)
		caps.lensRefresh = w.CodeLens != nil && is(w.CodeLens.RefreshSupport)
		caps.tokensRefresh = w.SemanticTokens != nil && is(w.SemanticTokens.RefreshSupport)
		caps.contents = w.TextDocumentContent != nil
		caps.configuration = is(w.Configuration)
		caps.refresh = w.Diagnostics != nil && is(w.Diagnostics.RefreshSupport)
		caps.registerWatcher = w.DidChangeWatchedFiles != nil && is(w.DidChangeWatchedFiles.DynamicRegistration)
		caps.registerConfig = w.DidChangeConfiguration != nil && is(w.DidChangeConfiguration.DynamicRegistration)
	}
	if d := c.TextDocument; d != nil {
		caps.pull = d.Diagnostic != nil
		caps.codeDescription = d.PublishDiagnostics != nil && is(d.PublishDiagnostics.CodeDescriptionSupport) || caps.pull && is(d.Diagnostic.CodeDescriptionSupport)
		caps.lenses = d.CodeLens != nil
		caps.tokens = asksTokens(&d.SemanticTokens)
		caps.registerTokens = caps.tokens && is(d.SemanticTokens.DynamicRegistration)
		caps.completions = d.InlineCompletion != nil
		caps.saves = d.Synchronization != nil && is(d.Synchronization.WillSaveWaitUntil)
		if d.CodeAction != nil {
			caps.resolve = slices.Contains(d.CodeAction.ResolveSupport.Properties, "edit")
			caps.documentation = is(d.CodeAction.DocumentationSupport)
		}
		caps.markdown = d.Hover == nil || slices.Contains(d.Hover.ContentFormat, protocol.MarkupKindMarkdown)
		caps.actions = d.CodeAction != nil && d.CodeAction.CodeActionLiteralSupport.CodeActionKind.ValueSet != nil // an empty one says no kinds, and yes to actions
	}
	caps.notebooks = c.NotebookDocument != nil
	caps.counts = c.General != nil && len(c.General.PositionEncodings) > 0
	caps.progress = c.Window != nil && is(c.Window.WorkDoneProgress)
	caps.showDocument = c.Window != nil && c.Window.ShowDocument != nil && c.Window.ShowDocument.Support
	return caps
}

func is(b *bool) bool { return b != nil && *b }

// encodings are those we speak, dearest first: in UTF-8 nothing has to be counted.
var encodings = []struct {
	kind     protocol.PositionEncodingKind
	encoding text.Encoding
}{
	{protocol.PositionEncodingKindUTF8, text.UTF8},
	{protocol.PositionEncodingKindUTF16, text.UTF16},
	{protocol.PositionEncodingKindUTF32, text.UTF32},
}

// Initialize agrees on everything that stays fixed for the connection.
func (s *Server) Initialize(ctx context.Context, p *protocol.InitializeParams) (*protocol.InitializeResult, error) {
	s.caps = capabilitiesOf(&p.Capabilities)
	s.trace.Store(p.Trace == protocol.TraceValueMessages || p.Trace == protocol.TraceValueVerbose)
	agreed := protocol.PositionEncodingKindUTF16
	if g := p.Capabilities.General; g != nil {
		for _, e := range encodings {
			if slices.Contains(g.PositionEncodings, e.kind) {
				agreed, s.encoding = e.kind, e.encoding
				break
			}
		}
	}

	folders, _ := p.WorkspaceFolders.Get()
	//nolint:staticcheck // deprecated, and all that some editors still send
	if len(folders) == 0 && p.RootURI != nil {
		folders = []protocol.WorkspaceFolder{{URI: *p.RootURI}}
	}
	//nolint:staticcheck // as above
	if root, ok := p.RootPath.Get(); ok && len(folders) == 0 {
		folders = []protocol.WorkspaceFolder{{URI: uri.File(root)}}
	}
	for _, f := range folders {
		s.addFolder(string(f.URI))
	}
	if err := s.takeEditorSettings(p.InitializationOptions, true); err != nil {
		defer s.warn("initializationOptions: " + err.Error())
	}
	s.status.wanted.Store(s.editor.Status)
	s.editorName = p.ClientInfo.Name
	s.caps.clipboard, s.caps.ask = slices.Contains(s.editor.Offers, "clipboard"), slices.Contains(s.editor.Offers, "ask")
	if p.ProcessID != nil {
		pid := int(*p.ProcessID)
		s.spawn(func(ctx context.Context) { s.watchParent(ctx, pid) })
	}

	yes := true
	incremental := protocol.TextDocumentSyncKindIncremental
	sync := &protocol.TextDocumentSyncOptions{OpenClose: &yes, Change: &incremental, Save: protocol.Boolean(true)}
	actions := &protocol.CodeActionOptions{
		CodeActionKinds: []protocol.CodeActionKind{protocol.CodeActionKindQuickFix, protocol.CodeActionKindRefactor, fixAll},
		ResolveProvider: &s.caps.resolve,
	}
	result := &protocol.InitializeResult{
		ServerInfo: protocol.ServerInfo{Name: s.cfg.Program, Version: protocol.NewOptional(s.cfg.Version)},
		Capabilities: protocol.ServerCapabilities{
			PositionEncoding:       agreed,
			TextDocumentSync:       sync,
			HoverProvider:          protocol.Boolean(true),
			CodeActionProvider:     actions,
			ExecuteCommandProvider: protocol.ExecuteCommandOptions{Commands: commandNames()},
			Workspace: &protocol.WorkspaceOptions{WorkspaceFolders: &protocol.WorkspaceFoldersServerCapabilities{
				Supported: &yes, ChangeNotifications: protocol.Boolean(true),
			}},
		},
	}
	if s.caps.saves {
		sync.WillSaveWaitUntil = &yes
	}
	if s.caps.renames && s.caps.versionedEdits {
		scheme := "file"
		result.Capabilities.Workspace.FileOperations = &protocol.FileOperationOptions{WillRename: protocol.FileOperationRegistrationOptions{
			Filters: []protocol.FileOperationFilter{{Scheme: &scheme, Pattern: protocol.FileOperationPattern{Glob: "**"}}},
		}}
	}
	if s.caps.documentation && s.caps.showDocument {
		help := action("What redacting does", commandHelp, argument{URI: helpPage}).Command
		actions.Documentation = []protocol.CodeActionKindDocumentation{{Kind: protocol.CodeActionKindQuickFix, Command: help}}
	}
	if s.caps.lenses {
		result.Capabilities.CodeLensProvider = &protocol.CodeLensOptions{}
	}
	if s.caps.tokens && !s.caps.registerTokens {
		result.Capabilities.SemanticTokensProvider = tokens()
	}
	if s.caps.notebooks {
		result.Capabilities.NotebookDocumentSync = notebooks()
	}
	if s.caps.completions && s.cfg.Complete != nil {
		result.Capabilities.InlineCompletionProvider = protocol.Boolean(true)
	}
	if s.caps.contents {
		result.Capabilities.Workspace.TextDocumentContent = &protocol.TextDocumentContentOptions{Schemes: []string{viewScheme}}
	}
	if s.caps.pull {
		result.Capabilities.DiagnosticProvider = &protocol.DiagnosticOptions{}
	}
	return result, nil
}

// Initialized starts what talks to the editor by itself.
func (s *Server) Initialized(context.Context, *protocol.InitializedParams) error {
	s.spawn(s.register)
	if s.cfg.Daemon != nil {
		s.spawn(s.attend)
	} else {
		s.status.setDaemon("scrubjay runs without its daemon: start it with scrubjay serve")
		s.spawn(s.statusChanged)
	}
	s.Refresh()
	return nil
}

// register asks to be told of what changes outside the open files.
func (s *Server) register(ctx context.Context) {
	var wanted []protocol.Registration
	if s.caps.registerWatcher {
		wanted = append(wanted, protocol.Registration{
			ID: "settings", Method: protocol.MethodWorkspaceDidChangeWatchedFiles,
			RegisterOptions: protocol.LSPAny(`{"watchers":[{"globPattern":"**/` + settingsFile + `"},{"globPattern":"**/.env"},{"globPattern":"**/.env.*"},{"globPattern":"**/{` + strings.Join(workspace.AIIgnoreFiles(), ",") + `}"}]}`),
		})
	}
	if s.caps.registerConfig {
		wanted = append(wanted, protocol.Registration{
			ID: "configuration", Method: protocol.MethodWorkspaceDidChangeConfiguration,
			RegisterOptions: protocol.LSPAny(`{"section":"` + section + `"}`),
		})
	}
	if s.caps.registerTokens {
		wanted = append(wanted, protocol.Registration{ID: "tokens", Method: tokensMethod, RegisterOptions: protocol.LSPAny(tokensForAll)})
	}
	if len(wanted) > 0 {
		if err := s.client.RegisterCapability(ctx, &protocol.RegistrationParams{Registrations: wanted}); err != nil && ctx.Err() == nil {
			s.log.Warn("the editor registers nothing", zap.Error(err))
		}
	}
	s.askConfiguration(ctx)
}

// SetTrace turns $/logTrace on and off.
func (s *Server) SetTrace(_ context.Context, p *protocol.SetTraceParams) error {
	s.trace.Store(p.Value != protocol.TraceValueOff)
	return nil
}

// Shutdown is the editor's word that it will leave.
func (s *Server) Shutdown(context.Context) error {
	s.shut.Store(true)
	return nil
}

// Exit ends Serve.
func (s *Server) Exit(context.Context) error {
	s.conn.Stop()
	return nil
}

// Request answers the methods that the protocol does not know.
func (s *Server) Request(ctx context.Context, method string, params any) (any, error) {
	switch method {
	case statusMethod:
		return s.statusRequest(ctx, params)
	case checkMethod:
		return s.check(ctx, params)
	case pauseMethod:
		return s.pause(ctx)
	case resumeMethod:
		return s.resume(ctx)
	}
	return nil, rpc.ErrUnknown
}

// watchParent ends Serve when the process that started us is gone.
func (s *Server) watchParent(ctx context.Context, pid int) {
	tick := time.NewTicker(parentPoll)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if !alive(pid) {
				s.log.Info("the editor is gone")
				s.conn.Stop()
				return
			}
		}
	}
}
