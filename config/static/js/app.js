/* What pages with navigation gain from a script: toasts, menus, the search key, theme, organisation picker. Everything works without it. */
(function () {
  "use strict";
  var doc = document;

  function each(selector, action, root) {
    Array.prototype.forEach.call((root || doc).querySelectorAll(selector), action);
  }

  function make(tag, attributes, text) {
    var node = doc.createElement(tag);
    Object.keys(attributes || {}).forEach(function (name) { node.setAttribute(name, attributes[name]); });
    if (text) { node.textContent = text; }
    return node;
  }

  /* Copy what stands in the box before the button. The old way: WeChat's browser knows no other. */
  each("[data-copy]", function (button) { button.hidden = false; });
  doc.body.addEventListener("click", function (event) {
    var button = event.target.closest ? event.target.closest("[data-copy]") : null;
    if (!button) { return; }
    button.previousElementSibling.select();
    toast({ message: doc.execCommand("copy") ? "已复制" : "没有复制，请长按链接复制" });
  });

  function csrfToken() {
    try { return JSON.parse(doc.body.getAttribute("hx-headers"))["X-CSRFToken"]; } catch (error) { return ""; }
  }

  /* Toast: HX-Trigger {"toast": {"message": "…", "undo_url": "…", "seconds": 8}}. */
  function toast(detail) {
    var box = doc.getElementById("toasts");
    if (!box || !detail || !detail.message) { return; }
    var node = make("div", { "class": "toast" });
    node.appendChild(make("span", {}, detail.message));
    if (detail.undo_url) {
      var form = make("form", { method: "post", action: detail.undo_url });
      form.appendChild(make("input", { type: "hidden", name: "csrfmiddlewaretoken", value: csrfToken() }));
      form.appendChild(make("button", { type: "submit", "data-hotkey": "z" }, "撤销"));
      node.appendChild(form);
    }
    box.appendChild(node);
    setTimeout(function () { if (node.parentNode) { box.removeChild(node); } }, (detail.seconds || 8) * 1000);
  }
  doc.body.addEventListener("toast", function (event) { toast(event.detail); });
  doc.body.addEventListener("htmx:responseError", function (event) {
    var status = event.detail.xhr.status;
    toast({ message: status === 403 ? "没有权限，或登录已过期，请刷新页面后重试" : "没有成功，请稍后重试" });
  });
  doc.body.addEventListener("htmx:sendError", function () { toast({ message: "网络已断开，请联网后重试" }); });

  /* Keys: data-hotkey names one key. Inert while typing; data-hotkeys="off" on <html> switches all of them off. */
  function isTyping(target) {
    return /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) && !/^(checkbox|radio|button|submit)$/.test(target.type) || target.isContentEditable;
  }
  doc.addEventListener("keydown", function (event) {
    var send = event.ctrlKey && event.key === "Enter" ? doc.querySelector('[data-hotkey="ctrl+enter"]') : null;
    if (send) { event.preventDefault(); send.click(); return; }
    if (event.key === "Escape") { each("details[data-menu][open]", function (menu) { menu.open = false; }); }
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) { return; }
    if (doc.documentElement.getAttribute("data-hotkeys") === "off") { return; }
    var found = null;
    each("[data-hotkey]", function (node) {
      if (node.getAttribute("data-hotkey") === event.key.toLowerCase() && node.offsetParent !== null) { found = node; }
    });
    if (!found) { return; }
    event.preventDefault();
    if (/^(INPUT|TEXTAREA)$/.test(found.tagName) && !/^(checkbox|radio)$/.test(found.type)) { found.focus(); } else { found.click(); }
  });

  /* WCAG 2.1.4: single keys can be switched off, in the account menu; kept in a cookie of this browser. */
  each("[data-hotkeys-switch]", function (box) {
    box.addEventListener("change", function () {
      var state = box.checked ? "on" : "off";
      doc.cookie = "hotkeys=" + state + "; path=/; max-age=31536000; samesite=lax";
      doc.documentElement.setAttribute("data-hotkeys", state);
    });
  });

  /* Menus close when the click goes elsewhere. */
  doc.addEventListener("click", function (event) {
    each("details[data-menu][open]", function (menu) { if (!menu.contains(event.target)) { menu.open = false; } });
  });

  /* Theme: kept in a cookie, so that the server draws the next page right. */
  function markTheme() {
    var theme = doc.documentElement.getAttribute("data-theme");
    each("[data-theme-choice]", function (button) {
      button.setAttribute("aria-pressed", String(button.getAttribute("data-theme-choice") === theme));
    });
  }
  each("[data-theme-choice]", function (button) {
    button.addEventListener("click", function () {
      var theme = button.getAttribute("data-theme-choice");
      doc.documentElement.setAttribute("data-theme", theme);
      doc.cookie = "theme=" + theme + "; path=/; max-age=31536000; samesite=lax";
      markTheme();
    });
  });
  markTheme();

  /* Picker: <div data-picker data-url> with a text input [data-picker-text], a hidden [data-picker-value], a list [data-picker-list]. */
  function picker(root) {
    if (root.getAttribute("data-ready")) { return; }
    root.setAttribute("data-ready", "1");
    var text = root.querySelector("[data-picker-text]");
    var value = root.querySelector("[data-picker-value]");
    var list = root.querySelector("[data-picker-list]");
    var timer = 0, asked = 0, active = -1, results = [];

    function close() {
      list.hidden = true;
      active = -1;
      text.setAttribute("aria-expanded", "false");
      text.removeAttribute("aria-activedescendant");
    }
    function choose(index) {
      var unit = results[index];
      if (!unit) { return; }
      text.value = unit.name;
      value.value = unit.id;
      close();
      value.dispatchEvent(new Event("change", { bubbles: true }));
    }
    function mark(index) {
      active = results.length ? (index + results.length) % results.length : -1;
      each("[role=option]", function (option, i) { option.setAttribute("aria-selected", String(i === active)); }, list);
      if (active < 0) { return; }
      var option = list.children[active];
      text.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    }
    function draw(found) {
      results = found;
      list.textContent = "";
      found.forEach(function (unit, i) {
        var option = make("li", { role: "option", id: list.id + "-" + i, "aria-selected": "false" });
        option.appendChild(make("span", {}, unit.name + (unit.n_children ? "（" + unit.n_children + " 个下级）" : "")));
        option.appendChild(make("small", {}, unit.path));
        option.addEventListener("mousedown", function (event) { event.preventDefault(); choose(i); });
        list.appendChild(option);
      });
      if (!found.length) { list.appendChild(make("li", { "class": "picker-note", role: "presentation" }, "没有找到，请换一个关键字")); }
      list.hidden = false;
      active = -1;
      text.setAttribute("aria-expanded", "true");
    }
    function ask() {
      var url = root.getAttribute("data-url"), mine = ++asked;
      url += (url.indexOf("?") < 0 ? "?" : "&") + "q=" + encodeURIComponent(text.value.trim());
      fetch(url, { credentials: "same-origin", headers: { Accept: "application/json" } })
        .then(function (response) { if (!response.ok) { throw new Error(String(response.status)); } return response.json(); })
        .then(function (body) { if (mine === asked) { draw(body.results || []); } })
        .catch(function () { if (mine === asked) { close(); } });
    }
    text.addEventListener("input", function () {
      value.value = "";
      clearTimeout(timer);
      if (text.value.trim()) { timer = setTimeout(ask, 200); } else { asked++; close(); }
    });
    text.addEventListener("blur", close);
    text.addEventListener("keydown", function (event) {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        if (list.hidden) { ask(); } else { mark(event.key === "ArrowDown" ? active + 1 : active - 1); }
      } else if (event.key === "Enter" && !list.hidden && active >= 0) {
        event.preventDefault();
        choose(active);
      } else if (event.key === "Escape") { close(); }
    });
  }

  /* data-check-all="name" ticks every box of that name; [data-checked-count="name"] shows how many are ticked. */
  function countTicks(name) {
    var n = doc.querySelectorAll('input[name="' + name + '"]:checked').length;
    each('[data-checked-count="' + name + '"]', function (node) { node.textContent = n; });
  }
  doc.addEventListener("change", function (event) {
    var name = event.target.getAttribute("data-check-all");
    if (name) { each('input[name="' + name + '"]', function (box) { box.checked = event.target.checked; }); }
    if (event.target.type === "checkbox") { countTicks(name || event.target.name); }
  });

  /* <details data-fold open>: long lists are folded on a phone; without a script and on paper they stay open. */
  if (window.matchMedia("(max-width: 760px)").matches) {
    each("details[data-fold]", function (box) { box.open = false; });
  }
  window.addEventListener("beforeprint", function () {
    each("details[data-fold]", function (box) { box.open = true; });
  });

  function enhance(root) {
    each("[data-picker]", picker, root);
    each("[data-js][hidden]", function (node) { node.hidden = false; }, root);
  }
  enhance(doc);
  doc.body.addEventListener("htmx:load", function (event) { enhance(event.detail.elt); });
})();
