package wire

import (
	"slices"
	"strings"
	"sync"
	"unicode"
)

// ToolKind is what a tool does with its arguments. It decides where a value may be handed to: a value in a file
// stays on the machine, one in a command or a URL can leave it.
type ToolKind string

// The kinds of tool. Who runs a command or fetches a URL besides something else counts as that.
const (
	ToolOther   ToolKind = "other"
	ToolCommand ToolKind = "command"
	ToolNetwork ToolKind = "network"
	ToolEdit    ToolKind = "edit"
	// ToolShow only puts its text before the person, or keeps it for the agent itself.
	ToolShow ToolKind = "show"
	// ToolMCP is a tool of an MCP server whose name says nothing else: where that server runs, nobody knows.
	ToolMCP ToolKind = "mcp"
)

// knownTools are the assistants' own tools, in lower case without separators. A name that merely sounds like an edit may
// do more: of one that is not here only its arguments tell (Tools).
var knownTools = sync.OnceValue(func() map[string]ToolKind {
	return kinds(map[ToolKind]string{
		ToolCommand: `bash bashtool bashcodeexecution cmd codeexecution codeinterpreter computer computeruse
		containerexec eval exec execbash execcommand execute executebash executecode executecommand
		executeshell interactwithprocess javascript jsrepl killshell localshell powershell process pwsh python
		repl runcode runcommand runcommands runinterminal runshellcommand runtask runterminalcmd
		runterminalcommand sendcommand sendinput shell shellcommand startprocess terminal unifiedexec
		writestdin`,
		ToolNetwork: `browse browser browseraction computeruseweb curl download fetch fetchurl fetchwebpage
		googlewebsearch httprequest navigate openbrowserpage opensimplebrowser openurl readurl
		readurlcontent searchinternet searchweb urlcontext viewwebpage webbrowser webfetch webpage
		websearch websearchpreview wget`,
		ToolEdit: `appendfile appendtofile applydiff applypatch builtincreatenewfile builtineditexistingfile createfile createnewfile
		create diffedit edit editblock editexistingfile editfile editfiles editlines editnotebook editnotebookfile editor fileedit
		filewrite findandreplace fsedit fswrite hashlineedit
		insert insertcontent inserteditintofile insertline insertlines modifyfile multiedit multireplacestringinfile
		notebookedit overwritefile patch replace replacefilecontent replaceinfile replacelines replacestringinfile savefile
		searchandreplace searchreplace singlefindandreplace stringreplace strreplace strreplaceeditor
		strreplacebasededittool textedit texteditor texteditorcodeexecution updatefile write writefile
		writenewfile writetextfile writetofile`,
		ToolShow: `askfollowupquestion askquestion askquestions askuser askuserquestion attemptcompletion exitplanmode
		managetodolist planmoderespond presentplan reportintent reportprogress think todowrite updateplan
		updatetodolist updatetodos writetodos`,
		ToolMCP: `accessmcpresource callmcptool mcp mcpcall mcptool usemcptool`,
	})
})

// commandWords and networkWords give away what an unknown tool does, or an argument of one: the first inside
// any longer word, the second as words of their own.
var (
	commandWithin = []string{"command", "shell", "terminal"}
	commandWords  = []string{"bash", "cmd", "eval", "exec", "execute", "powershell", "script", "sh", "subprocess", "spawn"}
	networkWithin = []string{"http", "browse", "fetch", "webhook"}
	networkWords  = []string{"curl", "download", "endpoint", "href", "host", "hostname", "navigate", "request", "upload", "uri", "uris", "url", "urls", "web", "webpage", "wget"}
)

// KindOf judges a tool by its name, and where that says nothing, by the key of the argument.
func KindOf(name, key string) ToolKind {
	return kindForKey(kindOfName(name), key)
}

func kindOfName(name string) ToolKind {
	if k, ok := knownTools()[squeeze(name)]; ok {
		return k
	}
	// MCP clients put the server's name before the tool's: mcp__files__write_file, files__write_file. Only what runs or
	// sends is believed of the rest.
	kind := kindOfWords(words(name))
	if i := strings.LastIndex(name, "__"); i > 0 || strings.HasPrefix(name, "mcp_") {
		if k := knownTools()[squeeze(name[max(i, 0):])]; k == ToolCommand || k == ToolNetwork {
			return k
		}
		if kind == ToolOther {
			return ToolMCP
		}
	}
	return kind
}

// kindForKey judges an argument of a tool whose name says nothing.
func kindForKey(k ToolKind, key string) ToolKind {
	if k != ToolOther && k != ToolMCP && k != ToolShow || key == "" {
		return k
	}
	if said := kindOfWords(words(key)); said != ToolOther {
		return said
	}
	return k
}

func kindOfWords(words []string) ToolKind {
	for _, set := range []struct {
		kind          ToolKind
		within, exact []string
	}{
		{ToolCommand, commandWithin, commandWords},
		{ToolNetwork, networkWithin, networkWords},
	} {
		for _, w := range words {
			if slices.Contains(set.exact, w) {
				return set.kind
			}
			for _, part := range set.within {
				if strings.Contains(w, part) {
					return set.kind
				}
			}
		}
	}
	return ToolOther
}

// words splits at separators and at camel case, in lower case.
func words(name string) []string {
	var all []string
	var word strings.Builder
	cut := func() {
		if word.Len() > 0 {
			all = append(all, word.String())
			word.Reset()
		}
	}
	lower := false
	for _, c := range name {
		switch {
		case !unicode.IsLetter(c) && !unicode.IsDigit(c):
			cut()
		case unicode.IsUpper(c) && lower:
			cut()
			fallthrough
		default:
			word.WriteRune(unicode.ToLower(c))
		}
		lower = unicode.IsLower(c)
	}
	cut()
	return all
}

func squeeze(name string) string { return strings.Join(words(name), "") }

func kinds(table map[ToolKind]string) map[string]ToolKind {
	all := make(map[string]ToolKind)
	for kind, names := range table {
		for _, name := range strings.Fields(names) {
			all[name] = kind
		}
	}
	return all
}
