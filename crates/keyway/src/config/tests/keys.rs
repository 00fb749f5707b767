use super::super::*;
use super::World;

#[test]
fn nothing_configured_is_the_documented_default() {
    let dir = tempfile::tempdir().unwrap();
    let environment = Environment::default();
    let loaded = load(&Inputs {
        directory: dir.path(),
        file: None,
        environment: &environment,
        flags: Vec::new(),
    })
    .unwrap();
    let config = loaded.config;
    assert_eq!(config.listen.bind.to_string(), "127.0.0.1:8420");
    assert!(config.mcp.enabled && config.auth.required);
    assert_eq!(config.mcp.route, "/mcp");
    assert_eq!(config.mcp.markdown_depth_limit, 5);
    assert_eq!(config.limits.body_bytes, 4 << 20);
    assert_eq!(config.mcp.session_ttl.as_secs(), 86_400);
    assert!(config.expose.default.is_empty());
    assert!(loaded.file.is_none() && loaded.findings.is_empty() && loaded.places.is_empty());
}

#[test]
fn every_key_reads_what_it_shows() {
    let world = World::new(
        "bind: '[::1]:9000'\npublic_url: https://gw.example.com/\nallowed_origins: ['*', 'https://a.example/']\n\
         allowed_hosts: [gw.example.com]\ndata_dir: data\ndatabase: db.sqlite\n\
         mcp: {enabled: false, route: /agents/mcp, instructions: hi, markdown_depth_limit: 3, name: n, title: t,\n\
         \x20 version: '2', website_url: 'https://x.example', icons: [{src: 'https://x.example/i.png', sizes: [any]}],\n\
         \x20 session_ttl: 2h, session_limit: 10}\n\
         auth: {required: false}\nexpose: {default: [mcp, cli]}\n\
         limits: {body_bytes: 1 MiB, json_depth: 20, json_nodes: 1000, request_timeout: 500ms}\n\
         egress: {allow: [10.0.0.0/8]}\nmaster_key: {file: k, command: [pass, show, k]}\n\
         policy: {file: p.cedar, unannotated: destructive}\napprovals: {default: off, expiry: 2d, wait: 10s, keep: 60d, pending: 9}\n\
         rate_limit: {principal: {limit: 1, window: 2s}, client: {limit: 3, window: 4s}, tool: {limit: 5, window: 6s},\n\
         \x20 address: {limit: 7, window: 8s}, oauth_register: {limit: 9, window_ms: 10000}, sign_in: {limit: 11, window: 12s}}\n\
         deliveries: {keep: 3d, concurrency: 7, attempts: 3}\n\
         webhooks: {endpoints: 4, concurrency: 6, timeout: 20s, give_up: 3d}\n\
         sessions: {keep: 90d}\n\
         tasks: {keep: 2d, concurrency: 6, per_principal: 5}\n\
         audit: {durability: power, keep_arguments: ['mcp__a__*'], commit_interval: 50ms, checkpoint_events: 5, checkpoint_interval: 1m}\n\
         oauth: {registration: closed, client_documents: loopback, access_ttl: 10m, grant_ttl: 7d, code_ttl: 60, device_ttl: 5m,\n\
         \x20 client_ttl: 90d, refresh_grace: 10}\n\
         sign_in: {session_idle: 1h, session_lifetime: 2d, password_min_length: 16, hash_memory: 64 MiB, hash_passes: 3,\n\
         \x20 signup: 'domain:a.example, B.example', oidc: [{id: corp, issuer: 'https://id.example', client_id: k,\n\
         \x20 client_secret: '@file:secret.txt', groups_claim: groups, roles: {staff: admin}}]}\n\
         shutdown: {grace: 90}\nlog: {filter: 'info,keyway_mcp=debug', format: json}\nmcp_files: [a.json]\n\
         trusted_hops: 2\ntemplates: {dir: pages}\ndefinitions: defs\noauth_clients: {acme: {client_id: k}}\n",
    );
    std::fs::write(world.dir.path().join("secret.txt"), "canary\n").unwrap();
    std::fs::create_dir(world.dir.path().join("defs")).unwrap();
    let config = world.load_with(&[], Vec::new()).unwrap().config;
    let provider = config.sign_in.settings().oidc.remove(0);
    assert_eq!(provider.client_secret.unwrap().expose(), "canary");
    let shown: Vec<_> = all_keys()
        .map(|key| format!("{} = {}", key.path, (key.get)(&config)))
        .collect();
    let dir = config
        .storage
        .data_dir
        .parent()
        .unwrap()
        .display()
        .to_string();
    insta::assert_snapshot!(shown.join("\n").replace(&dir, "DIR"), @r#"
    bind = "[::1]:9000"
    public_url = "https://gw.example.com"
    allowed_origins = ["*","https://a.example"]
    allowed_hosts = ["gw.example.com"]
    trusted_hops = 2
    auth.required = false
    mcp.enabled = false
    mcp.route = "/agents/mcp"
    mcp.instructions = "hi"
    mcp.markdown_depth_limit = 3
    mcp.name = "n"
    mcp.title = "t"
    mcp.version = "2"
    mcp.website_url = "https://x.example/"
    mcp.icons = [{"src":"https://x.example/i.png","sizes":["any"]}]
    mcp.session_ttl = "2h"
    mcp.session_limit = 10
    expose.default = ["mcp","cli"]
    limits.body_bytes = 1048576
    limits.json_depth = 20
    limits.json_nodes = 1000
    limits.request_timeout = "500ms"
    policy.file = "DIR/p.cedar"
    policy.unannotated = "destructive"
    approvals.default = "off"
    approvals.expiry = "48h"
    approvals.wait = "10s"
    approvals.keep = "1440h"
    approvals.pending = 9
    rate_limit.principal.limit = 1
    rate_limit.principal.window = "2s"
    rate_limit.client.limit = 3
    rate_limit.client.window = "4s"
    rate_limit.tool.limit = 5
    rate_limit.tool.window = "6s"
    rate_limit.address.limit = 7
    rate_limit.address.window = "8s"
    rate_limit.oauth_register.limit = 9
    rate_limit.oauth_register.window_ms = 10000
    rate_limit.sign_in.limit = 11
    rate_limit.sign_in.window = "12s"
    deliveries.keep = "72h"
    deliveries.concurrency = 7
    deliveries.attempts = 3
    sessions.keep = "2160h"
    tasks.keep = "48h"
    tasks.concurrency = 6
    tasks.per_principal = 5
    webhooks.endpoints = 4
    webhooks.concurrency = 6
    webhooks.timeout = "20s"
    webhooks.give_up = "72h"
    sign_in.session_idle = "1h"
    sign_in.session_lifetime = "48h"
    sign_in.password_min_length = 16
    sign_in.hash_memory = 67108864
    sign_in.hash_passes = 3
    sign_in.signup = "domain:a.example,b.example"
    sign_in.oidc = [{"id":"corp","name":"corp","issuer":"https://id.example","client_id":"k","client_secret":"@file:secret.txt","scopes":["email","profile"],"groups_claim":"groups","roles":{"staff":"admin"},"allowed_domains":[],"organization":"default"}]
    audit.durability = "power"
    audit.keep_arguments = ["mcp__a__*"]
    audit.commit_interval = "50ms"
    audit.checkpoint_events = 5
    audit.checkpoint_interval = "1m"
    oauth.registration = "closed"
    oauth.client_documents = "loopback"
    oauth.access_ttl = "10m"
    oauth.grant_ttl = "168h"
    oauth.code_ttl = "1m"
    oauth.device_ttl = "5m"
    oauth.client_ttl = "2160h"
    oauth.refresh_grace = "10s"
    data_dir = "DIR/data"
    database = "DIR/db.sqlite"
    mcp_files = ["DIR/a.json"]
    egress.allow = ["10.0.0.0/8"]
    master_key.file = "DIR/k"
    master_key.command = ["pass","show","k"]
    shutdown.grace = "90s"
    log.filter = "info,keyway_mcp=debug"
    log.format = "json"
    templates.dir = "DIR/pages"
    definitions = "DIR/defs"
    oauth_clients = {"acme":{"client_id":"k","client_secret":null}}
    "#);
    for key in all_keys() {
        assert_ne!((key.get)(&config), key.default(), "{}", key.path);
    }
}

#[test]
fn every_key_can_be_set_by_its_variable() {
    let values = [
        ("bind", "127.0.0.1:9"),
        ("public_url", "http://h:1"),
        ("allowed_origins", "https://a.example,https://b.example"),
        ("allowed_hosts", "a.example"),
        ("data_dir", "d"),
        ("database", "x.db"),
        ("auth.required", "no"),
        ("mcp.enabled", "false"),
        ("mcp.route", "/m"),
        ("mcp.instructions", "i"),
        ("mcp.markdown_depth_limit", "2"),
        ("mcp.name", "n"),
        ("mcp.title", "t"),
        ("mcp.version", "9"),
        ("mcp.website_url", "http://w.example"),
        ("mcp.icons", "[{\"src\":\"data:,x\"}]"),
        ("mcp.session_ttl", "60"),
        ("mcp.session_limit", "7"),
        ("expose.default", "mcp, http"),
        ("limits.body_bytes", "2MiB"),
        ("limits.json_depth", "9"),
        ("limits.json_nodes", "100"),
        ("limits.request_timeout", "1s"),
        ("trusted_hops", "1"),
        ("templates.dir", "t"),
        ("definitions", "defs"),
        ("oauth_clients", r#"{"acme":{"client_id":"k"}}"#),
        ("policy.file", "p.cedar"),
        ("policy.unannotated", "destructive"),
        ("approvals.default", "off"),
        ("rate_limit.principal.limit", "1"),
        ("rate_limit.principal.window", "2s"),
        ("rate_limit.client.limit", "3"),
        ("rate_limit.client.window", "4s"),
        ("rate_limit.tool.limit", "5"),
        ("rate_limit.tool.window", "6s"),
        ("rate_limit.address.limit", "7"),
        ("rate_limit.address.window", "8s"),
        ("rate_limit.oauth_register.limit", "9"),
        ("rate_limit.oauth_register.window_ms", "10000"),
        ("rate_limit.sign_in.limit", "11"),
        ("rate_limit.sign_in.window", "12s"),
        ("deliveries.keep", "3d"),
        ("deliveries.concurrency", "7"),
        ("deliveries.attempts", "3"),
        ("webhooks.endpoints", "4"),
        ("webhooks.concurrency", "6"),
        ("webhooks.timeout", "20s"),
        ("webhooks.give_up", "3d"),
        ("sessions.keep", "90d"),
        ("tasks.keep", "2d"),
        ("tasks.concurrency", "6"),
        ("tasks.per_principal", "5"),
        ("sign_in.session_idle", "1h"),
        ("sign_in.session_lifetime", "1d"),
        ("sign_in.password_min_length", "20"),
        ("sign_in.hash_memory", "32MiB"),
        ("sign_in.hash_passes", "4"),
        ("sign_in.signup", "open"),
        (
            "sign_in.oidc",
            "[{\"id\":\"a\",\"issuer\":\"https://a.example\",\"client_id\":\"k\"}]",
        ),
        ("audit.durability", "power"),
        ("audit.keep_arguments", "a__*,b"),
        ("audit.commit_interval", "5ms"),
        ("audit.checkpoint_events", "9"),
        ("audit.checkpoint_interval", "1h"),
        ("oauth.registration", "closed"),
        ("oauth.client_documents", "off"),
        ("oauth.access_ttl", "5m"),
        ("oauth.grant_ttl", "1d"),
        ("oauth.code_ttl", "60s"),
        ("oauth.device_ttl", "5m"),
        ("oauth.client_ttl", "60d"),
        ("oauth.refresh_grace", "0s"),
        ("mcp_files", "a.json,b.json"),
        ("egress.allow", "localhost"),
        ("master_key.file", "k"),
        ("master_key.command", "pass show k"),
        ("shutdown.grace", "0s"),
        ("approvals.expiry", "2d"),
        ("approvals.wait", "10s"),
        ("approvals.keep", "60d"),
        ("approvals.pending", "9"),
        ("log.filter", "debug"),
        ("log.format", "text"),
    ];
    let env: Vec<_> = all_keys()
        .map(|key| {
            (
                key.variable(),
                values
                    .iter()
                    .find(|(path, _)| *path == key.path)
                    .expect(key.path)
                    .1,
            )
        })
        .collect();
    let env: Vec<_> = env
        .iter()
        .map(|(name, value)| (name.as_str(), *value))
        .collect();
    let world = World::new("");
    std::fs::create_dir(world.dir.path().join("defs")).unwrap();
    let loaded = world.load_with(&env, Vec::new()).unwrap();
    for key in all_keys() {
        assert_ne!((key.get)(&loaded.config), key.default(), "{}", key.path);
    }
}
