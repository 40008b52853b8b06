package webhook_test

import (
	"fmt"
	"net"
	"os"
	"testing"
	"time"

	"ragoffire/webhook"
)

func TestDev(t *testing.T) {
	if os.Getenv("DEV") == "" {
		t.Skip()
	}
	r := start(t, func(c *webhook.Config) {
		l, err := net.Listen("tcp", "127.0.0.1:18111")
		check(t, err)
		c.Listener = l
		c.LinkHosts = []string{"grafana.example.com"}
		c.Token = os.Getenv("DEV_TOKEN")
		c.Sources = map[string]webhook.SourceConfig{"alertmanager": {Tokens: []string{"s3cret"}}}
	})
	if os.Getenv("DEV_EMPTY") == "" {
		r.withSeeds()
	}
	fmt.Println("up", r.url)
	time.Sleep(2 * time.Hour)
}
