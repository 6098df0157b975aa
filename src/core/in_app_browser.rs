//! Detects in-app browsers: web views of apps such as Instagram. Many authorization servers refuse them, because the app could
//! read what the user types (RFC 8252 §8.12). Google answers `disallowed_useragent`.
//!
//! Apps that open the system browser or a Safari view look like that browser and need no detection. The Google app is not listed:
//! no published source says that sign-in fails there.

use super::text::contains;

/// Name of an app, and parts of its user agents in lower case. The first match counts.
const APPS: &[(&str, &[&str])] = &[
    ("instagram", &["instagram "]),
    ("facebook", &["fban/", "fbav/", "fb_iab/"]),
    ("line", &[" line/"]),
    ("tiktok", &["bytedancewebview/", "musical_ly_"]),
    ("wechat", &["micromessenger/"]),
    ("snapchat", &["snapchat/"]),
    ("linkedin", &["[linkedinapp]", "linkedinapp/"]),
    ("pinterest", &["[pinterest/"]),
    ("twitter", &["twitterandroid", "twitter for ip"]),
];

/// Parts of the user agents of browsers that are built on a web view, in lower case. Authorization servers accept these browsers.
const BROWSERS: [&str; 12] = [
    "browser/",
    " gsa/",
    " phx/",
    " opr/",
    " opt/",
    " opx/",
    " opera",
    "ecosia",
    "sleipnir",
    "duckduckgo",
    "focus/",
    "klar/",
];

/// Returns the app whose in-app browser shows the page: `facebook`, `instagram`, `line`, `linkedin`, `pinterest`, `snapchat`,
/// `tiktok`, `twitter` or `wechat`; `android_webview` or `ios_webview` for an unknown app; `None` in a browser.
///
/// `is_standalone` is `navigator.standalone`. A page opened from the iOS home screen has the user agent of a web view, but is not
/// restricted like one.
pub fn detect(user_agent: &str, is_standalone: bool) -> Option<&'static str> {
    let agent = user_agent.to_ascii_lowercase();
    let has = |mark: &&str| contains(&agent, mark);
    if let Some((app, _)) = APPS.iter().find(|(_, marks)| marks.iter().any(has)) {
        return Some(app);
    }
    if BROWSERS.iter().any(has) {
        return None;
    }
    if has(&"android") && has(&"; wv)") {
        return Some("android_webview");
    }
    let is_ios = ["(iphone", "(ipad", "(ipod"].iter().any(has);
    // Every browser on iOS has `Safari/` in its user agent; a plain web view does not.
    (is_ios && has(&"applewebkit/") && !has(&"safari/") && !is_standalone).then_some("ios_webview")
}
