package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/scrubjay-dev/scrubjay/internal/opa"

	"github.com/spf13/cobra"
)

func policyServeCommand() *cobra.Command {
	var listen, cert, key, fleet, tokenEnv string
	c := &cobra.Command{
		Use: "serve DIR", Short: "Serve the bundles in a directory, so that machines have a new one within seconds", Args: cobra.ExactArgs(1),
		Long: `Serve answers for the bundles (*.tar.gz) in a directory that policy push puts them into. Machines keep a request open here,
and have a new bundle in a second or two; at any other web server they ask every organisation.poll. It speaks plain HTTP to
this machine alone: give it a certificate, or put a proxy with one before it.`,
		Example: "  scrubjay policy serve /srv/policy\n  scrubjay policy serve /srv/policy --listen :8443 --tls-cert policy.pem --tls-key policy.key",
		RunE: func(c *cobra.Command, args []string) error {
			host, _, err := net.SplitHostPort(listen)
			if err != nil {
				return fmt.Errorf("--listen %s is no address and port: write 127.0.0.1:8080, or :8443 for all of this machine's addresses", listen)
			}
			if (cert == "") != (key == "") {
				return errors.New("a certificate and its key go together: say both --tls-cert and --tls-key")
			}
			if ip := net.ParseIP(host); cert == "" && host != "localhost" && (ip == nil || !ip.IsLoopback()) {
				return errors.New("other machines are answered over TLS alone: say --tls-cert and --tls-key, or listen on 127.0.0.1 behind a proxy that has a certificate")
			}
			if st, err := os.Stat(args[0]); err != nil || !st.IsDir() {
				return fmt.Errorf("%s is no directory: name the one that policy push puts bundles into", args[0])
			}
			token := os.Getenv(tokenEnv)
			switch {
			case tokenEnv != "" && fleet == "":
				return errors.New("--fleet-token-env is of the reports: say --fleet FILE, too")
			case tokenEnv != "" && token == "":
				return fmt.Errorf("the variable %s is empty: set it to the token of the machines' report_token_env, or leave --fleet-token-env out", tokenEnv)
			}
			return servePolicy(c, args[0], fleet, token, listen, cert, key)
		},
	}
	c.Flags().StringVar(&fleet, "fleet", "", "take machines' reports at /fleet into this file")
	c.Flags().StringVar(&tokenEnv, "fleet-token-env", "", "the environment's variable with the token that machines report with")
	c.Flags().StringVar(&listen, "listen", "127.0.0.1:8080", "the address and port")
	c.Flags().StringVar(&cert, "tls-cert", "", "the server's certificate with those that signed it, PEM")
	c.Flags().StringVar(&key, "tls-key", "", "the certificate's private key, PEM")
	return c
}

func servePolicy(c *cobra.Command, dir, fleet, token, listen, cert, key string) (err error) {
	bundles, err := opa.NewServer(dir)
	if err != nil {
		return err
	}
	bundles.Garbled = func(name string, err error) {
		fmt.Fprintf(c.ErrOrStderr(), "scrubjay: %s is held back, and what was there before is served on: %v\n", name, err)
	}
	routes := http.NewServeMux()
	routes.Handle("/", bundles)
	if fleet != "" {
		reports, failed := opa.OpenFleet(fleet)
		if failed != nil {
			return fmt.Errorf("--fleet: %w", failed)
		}
		reports.Token = token
		defer func() { err = errors.Join(err, reports.Close()) }()
		routes.Handle("POST /fleet", reports)
	}
	l, err := new(net.ListenConfig).Listen(c.Context(), "tcp", listen)
	if err != nil {
		return err
	}
	// The context of every request ends with the command, so that nobody is held when it stops.
	server := &http.Server{
		Handler: routes, BaseContext: func(net.Listener) context.Context { return c.Context() },
		ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 16 << 10,
	}
	stop := context.AfterFunc(c.Context(), func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		_ = server.Shutdown(ctx) // what still hangs ends with the process
	})
	defer stop()
	go bundles.Run(c.Context())
	scheme := "http"
	if cert != "" {
		scheme = "https"
	}
	fmt.Fprintf(c.OutOrStdout(), "serving %s at %s://%s/: organisation.url is this address and the bundle's file name\n", dir, scheme, l.Addr())
	if cert != "" {
		err = server.ServeTLS(l, cert, key)
	} else {
		err = server.Serve(l)
	}
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}
