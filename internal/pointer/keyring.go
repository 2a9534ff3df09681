package pointer

import (
	"context"
	"errors"
	"os"
	"runtime"
	"strings"

	"github.com/zalando/go-keyring"
)

// The system's keyring: the Secret Service on Linux (GNOME Keyring, KWallet), the Keychain, the Credential Manager. The two names
// are those that secret-tool and Python's keyring look for as well.
var keyringStore = store{
	scheme: "keyring", title: "the OS keyring", form: "keyring://SERVICE/ACCOUNT",
	parse: func(rest string) (place, bool) {
		service, account, _ := strings.Cut(rest, "/")
		return place{item: service, field: account}, service != "" && account != ""
	},
	read: func(ctx context.Context, _ Machine, p place) (value []byte, err error) {
		err = within(ctx, func() error {
			text, err := keyring.Get(p.item, p.field)
			value = []byte(text)
			if errors.Is(err, keyring.ErrNotFound) {
				return errors.New("it has nothing for this service and account")
			}
			return err
		})
		if err != nil {
			return nil, err
		}
		return value, nil
	},
	keep: func(ctx context.Context, _ Machine, p place, value []byte) error {
		return within(ctx, func() error { return keyring.Set(p.item, p.field, string(value)) })
	},
	usual: Machine.folder,
	name:  func(where, name string) string { return "keyring://" + where + "/" + name },
	cure:  "Unlock it, or store the value there: secret-tool store --label NAME service SERVICE username ACCOUNT",
}

// within does not wait longer than ctx: the keyring asks the person to be unlocked, and knows no deadline.
func within(ctx context.Context, ask func() error) error {
	done := make(chan error, 1)
	go func() { done <- ask() }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// hasKeyring tells whether there is one to ask: on Linux one is reached over the session's bus.
func hasKeyring() bool {
	return runtime.GOOS != "linux" || os.Getenv("DBUS_SESSION_BUS_ADDRESS") != ""
}
