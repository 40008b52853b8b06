package webhook

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"ragoffire/engine"
)

// subscribe ends the handshake of a topic that wants to deliver here. The
// message that asks was verified, and so is the topic; still the address must be
// SNS's own, for this and nothing else.
func (s *Server) subscribe(ctx context.Context, name string, conf SourceConfig, address string) error {
	u, ok := snsURL(address)
	if ok {
		q := u.Query()
		ok = strings.Trim(u.EscapedPath(), "/") == "" && q.Get("Action") == "ConfirmSubscription" && q.Get("Token") != "" && slices.Contains(conf.Topics, q.Get("TopicArn"))
	}
	if !ok {
		return &distrust{http.StatusForbidden, "a subscription that is not confirmed at SNS", "nothing: SNS names its own address, and this was another sender"}
	}
	if !conf.Confirm {
		why := &distrust{
			reason: "its subscription waits to be confirmed",
			fix:    "set sources." + name + ".confirm to true and request the confirmation again at SNS",
		}
		s.refused(ctx, name, why)
		s.cfg.Engine.Refuse(engine.Refusal{Source: name, Reason: why.reason, Fix: why.fix})
		return nil
	}
	if _, err := fetch(ctx, s.sources.around.http, u); err != nil {
		return away("the subscription could not be confirmed", err)
	}
	s.log.InfoContext(ctx, "subscription confirmed", "source", name, "topic", u.Query().Get("TopicArn"))
	return nil
}

// handshake answers a sender of CloudEvents that asks, before its first event,
// whether it may send at all. It may try: what it sends is verified.
func handshake(c echo.Context, conf SourceConfig) bool {
	r := c.Request()
	origin := r.Header.Get("WebHook-Request-Origin")
	if r.Method != http.MethodOptions || conf.Kind != "cloudevents" || origin == "" {
		return false
	}
	h := c.Response().Header()
	h.Set("WebHook-Allowed-Origin", origin)
	h.Set("WebHook-Allowed-Rate", "*")
	h.Set("Allow", http.MethodPost)
	return true
}
