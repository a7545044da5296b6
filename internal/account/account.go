// Package account holds who owns what: accounts, their users and the apps
// (SDK keys) registered under them.
package account

import "time"

// Account is one customer of the installation. Its administrator's settings
// bind every meeting hosted in it.
type Account struct {
	ID       string
	Name     string
	Settings Settings
	// Suspended accounts neither host meetings nor sign joins.
	Suspended bool
	CreatedAt time.Time
}

// Settings are an account administrator's choices that the join gate obeys.
type Settings struct {
	// WebClientOff refuses every join from a browser (3603).
	WebClientOff bool `json:"webClientOff,omitempty"`
	// MinSDKVersion refuses older SDK versions (10000); empty means none.
	MinSDKVersion string `json:"minSdkVersion,omitempty"`
	// BlockedDomains and BlockedAddresses are refused by e-mail (3620).
	BlockedDomains   []string `json:"blockedDomains,omitempty"`
	BlockedAddresses []string `json:"blockedAddresses,omitempty"`
	// BlockedSDKKeys are apps the administrator keeps out (6603).
	BlockedSDKKeys []string `json:"blockedSdkKeys,omitempty"`
	// SignInDomains limits signed-in-only meetings to these domains (3100);
	// empty means any signed-in user.
	SignInDomains []string `json:"signInDomains,omitempty"`
	// Barriers are pairs of group names that may not meet (4007).
	Barriers [][2]string `json:"barriers,omitempty"`
	// AllowRejoin lets removed participants come back (otherwise 3009).
	AllowRejoin bool `json:"allowRejoin,omitempty"`
	// AllowTwoMeetings lets a signed-in user be in two meetings at once
	// (otherwise 3005).
	AllowTwoMeetings bool `json:"allowTwoMeetings,omitempty"`
	// TakeOverOff keeps the page of a signed-in user inside from being taken over by
	// another page of the same user and app (4008 instead).
	TakeOverOff bool `json:"takeOverOff,omitempty"`
	// RegistrantTakeOver lets registrants take their own pages over; a tk is often
	// shared, so it is off unless it is switched on.
	RegistrantTakeOver bool `json:"registrantTakeOver,omitempty"`
}

// UserStatus is the life of a user.
type UserStatus string

// The states a user goes through.
const (
	UserActive   UserStatus = "active"
	UserInactive UserStatus = "inactive"
	UserPending  UserStatus = "pending"
	UserDeleted  UserStatus = "deleted"
)

// User is a person who may host meetings and sign in.
type User struct {
	ID          string
	AccountID   string
	Email       string
	DisplayName string
	Status      UserStatus
	// Role in the account: "owner", "admin" or "member".
	Role string
	// Groups name the information-barrier groups of the user.
	Groups  []string
	Licence Licence
	// HostKey makes whoever knows it the host of a meeting of this user that has
	// none: six digits. It is encrypted at rest and never logged.
	HostKey string
	// TokensValidFrom revokes every user token issued before it ("sign out
	// from all devices"); zero revokes none.
	TokensValidFrom time.Time
	CreatedAt       time.Time
}

// Licence is what a host may do.
type Licence struct {
	// Capacity is the largest number of participants in a meeting of this host.
	Capacity int `json:"capacity"`
	// ConcurrentMeetings is how many meetings the host may run at once; at least 1.
	ConcurrentMeetings int `json:"concurrentMeetings"`
	// Webinar lets the host make webinars.
	Webinar bool `json:"webinar,omitempty"`
	// MaxDuration ends each session of this host's meetings so long after its
	// start; zero means never. It counts from when a session begins.
	MaxDuration time.Duration `json:"maxDuration,omitempty"`
}

// AppKind is the kind of registration behind a key.
type AppKind string

// Only general apps may sign Meeting SDK joins.
const (
	AppGeneral        AppKind = "general"
	AppServerToServer AppKind = "server_to_server"
	AppVideo          AppKind = "video"
	AppWebhookOnly    AppKind = "webhook_only"
)

// App is a registered application: the holder of an SDK key and secret.
type App struct {
	ID        string
	AccountID string
	Name      string
	Kind      AppKind
	// Key is the SDK key (client ID) a signature names.
	Key string
	// Secret signs Meeting SDK JWTs. It is encrypted at rest and never logged.
	Secret string
	// DevKey and DevSecret are the development credential pair; empty if none.
	DevKey, DevSecret string
	// PreviousSecret is the secret before the last rotation, kept for diagnosis only.
	PreviousSecret string
	WebhookSecret  string
	Enabled        bool
	// Published apps may join meetings of other accounts.
	Published bool
	// MeetingSDK reports whether the app has the Meeting SDK feature (else 3713).
	MeetingSDK bool
	// ReasonStyle is how Component View words `reason`: "name" or "sentence".
	ReasonStyle string
	// AllowedOrigins limits browser origins of joins; empty means any.
	AllowedOrigins []string
	TokenPolicy    TokenPolicy
	// JoinsPerMinute is how many anonymous participants may join in a minute, from one
	// address or with one signature; 0 leaves it to the platform.
	JoinsPerMinute int
	DeletedAt      time.Time
	CreatedAt      time.Time
}

// TokenPolicy is how the enforcement of user tokens on external joins differs for
// one app. The zero value leaves everything to the platform.
type TokenPolicy struct {
	// ValidateFrom and RequireFrom replace the platform's dates; zero keeps them.
	ValidateFrom time.Time `json:"validateFrom,omitzero"`
	RequireFrom  time.Time `json:"requireFrom,omitzero"`
	// Exempt apps join other accounts' meetings without any user token (4012).
	Exempt bool `json:"exempt,omitempty"`
}

// Deleted reports whether the app is only remembered.
func (a *App) Deleted() bool { return !a.DeletedAt.IsZero() }
