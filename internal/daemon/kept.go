package daemon

import (
	"os"
	"slices"
	"sync"
	"sync/atomic"

	"go.uber.org/zap"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/workspace"
)

// kept are the files of open folders that their repositories keep from AI assistants. The proxy sees texts and not files: it knows
// theirs by fingerprints of their lines, as it knows an organisation's own code.
type kept struct {
	mu    sync.Mutex
	files map[string]fileState
	// rule finds passages of those files; nil without any.
	rule atomic.Pointer[detect.Set]
	// with is the engine that was made last, and of what.
	with atomic.Pointer[keptEngine]
}

type keptEngine struct {
	of     *detect.Engine
	rule   *detect.Set
	engine *detect.Engine
}

const (
	keptDepth = 8
	// mostKept are the files, and largestKept the bytes of all of them, that are read. What is larger is data, and in no prompt whole.
	mostKept    = 2000
	largestKept = 32 << 20
)

// indexOnly says that a file is not worth searching, not that nobody may read it.
const indexOnly = ".cursorindexingignore"

// look reads the kept files of folders anew if any has changed.
func (k *kept) look(folders []string, log *zap.Logger) {
	k.mu.Lock()
	defer k.mu.Unlock()
	labels := workspace.Labels{}
	files, total, directories := map[string]fileState{}, int64(0), 0
	for _, folder := range slices.Backward(folders) {
		filesOf(folder, keptDepth, &directories, func(string) bool { return true }, func(path string) {
			if len(files) == mostKept {
				return
			}
			label := labels.Of(path)
			if len(label) == 0 || label[0].By == indexOnly {
				return
			}
			st, err := os.Stat(path)
			if err != nil || st.Size() > largestSecrets || total+st.Size() > largestKept {
				return
			}
			total += st.Size()
			files[path] = fileState{modified: st.ModTime(), size: st.Size()}
		})
	}
	if same(files, k.files) {
		return
	}
	k.files = files
	rule, err := keptRule(files)
	if err != nil {
		log.Error("files that repositories keep from assistants are not recognised", zap.Error(err))
	}
	k.rule.Store(rule)
}

func same(a, b map[string]fileState) bool {
	if len(a) != len(b) {
		return false
	}
	for path, x := range a {
		if y, ok := b[path]; !ok || x.size != y.size || !x.modified.Equal(y.modified) {
			return false
		}
	}
	return true
}

// keptRule makes a rule of the files' passages.
func keptRule(files map[string]fileState) (*detect.Set, error) {
	if len(files) == 0 {
		return nil, nil
	}
	b, err := detect.NewIndexBuilder(detect.Index{ID: workspace.AIIgnored, Class: detect.Proprietary, Severity: detect.High, Warn: 1, Block: 2})
	if err != nil {
		return nil, err
	}
	for path := range files {
		if text, err := os.ReadFile(path); err == nil { // it may have gone
			b.Code(text)
		}
	}
	file, _, err := b.Build()
	if err != nil {
		return nil, err
	}
	return detect.Load(workspace.AIIgnored+detect.IndexExtension, file)
}

// engine is the engine of the settings that knows the kept files as well.
func (k *kept) engine(of *detect.Engine) *detect.Engine {
	rule := k.rule.Load()
	if rule == nil {
		return of
	}
	if made := k.with.Load(); made != nil && made.of == of && made.rule == rule {
		return made.engine
	}
	engine, err := of.With(rule)
	if err != nil {
		return of // it was loaded before
	}
	k.with.Store(&keptEngine{of, rule, engine})
	return engine
}
