package slackfake

import "slices"

// Documented calls a minute: docs.slack.dev/apis/web-api/rate-limits.
const (
	tier2 = 20
	tier3 = 50
	tier4 = 100
)

// webAPI is every method there is, with what it needs.
func webAPI() map[string]method {
	one := func(scope string) []string { return []string{scope} }
	read := []string{"channels:read", "groups:read", "im:read", "mpim:read"}
	history := []string{"channels:history", "groups:history", "im:history", "mpim:history"}
	manage := []string{"channels:manage", "groups:write", "im:write", "mpim:write"}
	return map[string]method{
		"api.test":              {open: true, do: (*Slack).apiTest},
		"auth.test":             {do: (*Slack).authTest},
		"apps.connections.open": {app: true, do: (*Slack).connectionsOpen},

		"chat.postMessage":   {scopes: one("chat:write"), do: (*Slack).postMessage},
		"chat.postEphemeral": {scopes: one("chat:write"), tier: tier4, do: (*Slack).postEphemeral},
		"chat.update":        {scopes: one("chat:write"), tier: tier3, do: (*Slack).update},
		"chat.delete":        {scopes: one("chat:write"), tier: tier3, do: (*Slack).remove},
		"chat.getPermalink":  {do: (*Slack).permalink},

		"conversations.history":    {scopes: history, tier: tier3, do: (*Slack).history},
		"conversations.replies":    {scopes: history, tier: tier3, do: (*Slack).threadReplies},
		"conversations.info":       {scopes: read, tier: tier3, do: (*Slack).conversationInfo},
		"conversations.list":       {scopes: read, tier: tier2, do: (*Slack).conversationList},
		"conversations.members":    {scopes: read, tier: tier4, do: (*Slack).conversationMembers},
		"conversations.open":       {scopes: manage, tier: tier3, do: (*Slack).conversationOpen},
		"conversations.join":       {scopes: one("channels:join"), tier: tier3, do: (*Slack).conversationJoin},
		"conversations.create":     {scopes: manage[:2], tier: tier2, do: (*Slack).conversationCreate},
		"conversations.invite":     {scopes: manage[:2], tier: tier3, do: (*Slack).conversationInvite},
		"conversations.archive":    {scopes: manage[:2], tier: tier2, do: (*Slack).conversationArchive},
		"conversations.setTopic":   {scopes: manage, tier: tier2, do: (*Slack).conversationTopic},
		"conversations.setPurpose": {scopes: manage, tier: tier2, do: (*Slack).conversationPurpose},

		"users.info":            {scopes: one("users:read"), tier: tier4, do: (*Slack).userInfo},
		"users.list":            {scopes: one("users:read"), tier: tier2, do: (*Slack).userList},
		"usergroups.list":       {scopes: one("usergroups:read"), tier: tier2, do: (*Slack).groupList},
		"usergroups.users.list": {scopes: one("usergroups:read"), tier: tier2, do: (*Slack).groupUsers},

		"views.open":    {tier: tier4, do: (*Slack).viewsOpen},
		"views.push":    {tier: tier4, do: (*Slack).viewsPush},
		"views.update":  {tier: tier4, do: (*Slack).viewsUpdate},
		"views.publish": {tier: tier4, do: (*Slack).viewsPublish},

		"reactions.add":  {scopes: one("reactions:write"), tier: tier3, do: (*Slack).reactionAdd},
		"reactions.get":  {scopes: one("reactions:read"), tier: tier3, do: (*Slack).reactionGet},
		"pins.list":      {scopes: one("pins:read"), tier: tier2, do: (*Slack).pinList},
		"bookmarks.add":  {scopes: one("bookmarks:write"), tier: tier2, do: (*Slack).bookmarkAdd},
		"bookmarks.list": {scopes: one("bookmarks:read"), tier: tier3, do: (*Slack).bookmarkList},

		"files.getUploadURLExternal":   {scopes: one("files:write"), tier: tier4, do: (*Slack).uploadURL},
		"files.completeUploadExternal": {scopes: one("files:write"), tier: tier4, do: (*Slack).uploadDone},

		"assistant.threads.setStatus":           {scopes: []string{"assistant:write", "chat:write"}, do: (*Slack).assistantStatus},
		"assistant.threads.setTitle":            {scopes: one("assistant:write"), tier: tier3, do: (*Slack).assistantTitle},
		"assistant.threads.setSuggestedPrompts": {scopes: one("assistant:write"), tier: tier3, do: (*Slack).assistantPrompts},
	}
}

// allScopes is every scope that a method asks for, and those of events.
func allScopes(methods map[string]method) []string {
	all := []string{"app_mentions:read", "commands", "incoming-webhook"}
	for _, m := range methods {
		all = append(all, m.scopes...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}
