package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"
)

const healthcheckHelp = `asks a running rof whether it is ready

Exit status 0 when it is. It reads ROF_LISTEN as serve does; made for
containers, which have no shell and no curl.
`

func healthcheck(ctx context.Context, args []string, getenv func(string) string, std streams) error {
	if err := none("healthcheck", args); err != nil {
		return err
	}
	r := &reader{getenv: getenv}
	listen := r.str("ROF_LISTEN", "127.0.0.1:8000")
	address, err := localAddress(listen)
	if err != nil {
		return usagef("ROF_LISTEN must be HOST:PORT, not %q", listen)
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/readyz", http.NoBody)
	if err != nil {
		return err
	}
	resp, err := (&http.Client{Transport: &http.Transport{Proxy: nil}}).Do(req)
	if err != nil {
		return fmt.Errorf("nothing answers on %s: is rof serve running?", listen)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK && !json.Valid(body) {
		return fmt.Errorf("what listens on %s answers %d to /readyz: is it rof serve?", listen, resp.StatusCode)
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("not ready: %s", strings.TrimSpace(string(body)))
	}
	_, err = fmt.Fprintln(std.out, "ready")
	return err
}

// localAddress is how this machine reaches what listens on an address.
func localAddress(listen string) (string, error) {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return "", err
	}
	if ip, err := netip.ParseAddr(host); host == "" || err == nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port), nil
}
