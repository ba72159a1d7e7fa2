/** Made from docs/reference/openapi.json by `npm run api`; not to be edited. */
export interface paths {
    "/api/v1/applications": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["applications"];
        put?: never;
        post: operations["add_application"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/applications/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put: operations["change_application"];
        post?: never;
        delete: operations["remove_application"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["audit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit/export.csv": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["export_audit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit/verify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["verify_audit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/channels": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["channels"];
        put?: never;
        post: operations["add_channel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/channels/bulk": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["change_channels"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/channels/export/{format}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["export_channels"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/channels/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["import_channels"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/channels/template/{format}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["import_template"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/channels/tree": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["channel_tree"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/channels/undo/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["undo_channels"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/channels/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["channel"];
        put: operations["change_channel"];
        post?: never;
        delete: operations["remove_channel"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/channels/{id}/play": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["play_channel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/channels/{id}/ptz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["ptz"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/channels/{id}/ptz/connect": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["ptz_connect"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/channels/{id}/ptz/cruises/{number}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put: operations["ptz_save_cruise"];
        post?: never;
        delete: operations["ptz_remove_cruise"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/channels/{id}/ptz/cruises/{number}/start": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["ptz_start_cruise"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/channels/{id}/ptz/frame": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["ptz_frame"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/channels/{id}/ptz/home": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put: operations["ptz_set_home"];
        post: operations["ptz_go_home"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/channels/{id}/ptz/idle": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put: operations["ptz_set_idle"];
        post?: never;
        delete: operations["ptz_remove_idle"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/channels/{id}/ptz/kept-cruises": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["ptz_kept_cruises"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/channels/{id}/ptz/kept-cruises/{number}/start": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["ptz_run_kept_cruise"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/channels/{id}/ptz/lock": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["ptz_take"];
        delete: operations["ptz_release"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/channels/{id}/ptz/move": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["ptz_move"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/channels/{id}/ptz/presets/{number}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put: operations["ptz_save_preset"];
        post?: never;
        delete: operations["ptz_remove_preset"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/channels/{id}/ptz/presets/{number}/go": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["ptz_go_to_preset"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/channels/{id}/ptz/presets/{number}/name": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put: operations["ptz_name_preset"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/channels/{id}/ptz/stop": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["ptz_stop"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/channels/{id}/shares": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["shares"];
        put?: never;
        post: operations["add_share"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/channels/{id}/shares/{share}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete: operations["remove_share"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/channels/{id}/talk": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["channel_talk"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/channels/{id}/talk/connect": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["connect_channel_talk"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/channels/{id}/talk/file": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["play_on_channel"];
        delete: operations["stop_on_channel"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/config": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["configuration"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** @description Changes settings, all or none, for the version in If-Match. Live keys hold at once, the others from the next start. */
        patch: operations["change_configuration"];
        trace?: never;
    };
    "/api/v1/config/reload": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["reload"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["devices"];
        put?: never;
        post: operations["add_device"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["device"];
        put: operations["change_device"];
        post?: never;
        delete: operations["remove_device"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/downloads": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["downloads"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/downloads/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete: operations["remove_download"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/downloads/{id}/file.mp4": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["download_file"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/downloads/{id}/link": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["download_link"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description WebSocket. The first message is `ClientMessage`; the server answers with `EventMessage`s. */
        get: operations["events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/gb28181": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["gb28181"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/gb28181/alarms": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["device_alarms"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/gb28181/devices": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["gb28181_devices"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/gb28181/devices/{code}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["gb28181_device"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/gb28181/devices/{code}/cards": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["gb28181_cards"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/gb28181/devices/{code}/catalog": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["gb28181_catalog"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/gb28181/devices/{code}/channels/{channel}/recordings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["gb28181_recordings"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/gb28181/devices/{code}/configuration": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["gb28181_configuration"];
        put: operations["change_gb28181_configuration"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/gb28181/devices/{code}/home-position": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["gb28181_home_position"];
        put: operations["change_gb28181_home_position"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/gb28181/devices/{code}/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["import_gb28181_catalog"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/gb28181/devices/{code}/order": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["order_gb28181_device"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/gb28181/devices/{code}/positions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["device_positions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/gb28181/devices/{code}/refresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["refresh_gb28181_device"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/gb28181/devices/{code}/snapshots": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["order_gb28181_snapshots"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/gb28181/devices/{code}/talk": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["device_talk"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/gb28181/devices/{code}/talk/connect": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["connect_device_talk"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/gb28181/devices/{code}/talk/file": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["play_on_device"];
        delete: operations["stop_on_device"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/gb28181/devices/{code}/upgrade": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["gb28181_upgrade"];
        put?: never;
        post: operations["upgrade_gb28181_device"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/gb28181/pictures/{secret}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put: operations["put_gb28181_picture"];
        post: operations["post_gb28181_picture"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/gb28181/refused": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["gb28181_refused"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/gb28181/snapshots/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["gb28181_snapshots"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/gb28181/trace": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["sip_trace"];
        put: operations["choose_sip_trace"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/gb28181/trace/export.txt": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["export_sip_trace"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/groups": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["groups"];
        put?: never;
        post: operations["add_group"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/groups/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["group"];
        put: operations["rename_group"];
        post?: never;
        delete: operations["remove_group"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/groups/{id}/members": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["change_group_members"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/hooks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["hooks"];
        put?: never;
        post: operations["add_hook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/hooks/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put: operations["change_hook"];
        post?: never;
        delete: operations["remove_hook"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/hooks/{id}/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["hook_deliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/hooks/{id}/deliveries/{delivery}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["retry_hook_delivery"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/hooks/{id}/secret": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["renew_hook_secret"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/hooks/{id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** @description Posts a made-up `keepalive` at once and answers with what came of it. */
        post: operations["test_hook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/hosts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["hosts"];
        put?: never;
        post: operations["add_host"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/hosts/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put: operations["change_host"];
        post?: never;
        /** @description Refused while sources are configured on the host; its running streams end. */
        delete: operations["remove_host"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/licence": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["licence"];
        /** @description Takes a licence in the place of the one before. It limits what is added and switched on; what is on stays on. */
        put: operations["put_licence"];
        post?: never;
        delete: operations["remove_licence"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["login"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/login/oidc": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["begin_provider_login"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/login/oidc/callback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["end_provider_login"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/login/oidc/token": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["provider_login"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/login/options": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["login_options"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/logout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["logout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["me"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["keys"];
        put?: never;
        post: operations["add_key"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/keys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete: operations["remove_key"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["change_password"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/second-factor": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["begin_second_factor"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/second-factor/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["confirm_second_factor"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/second-factor/remove": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["remove_second_factor"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["my_sessions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/sessions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete: operations["end_my_session"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/organisations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["organisations"];
        put?: never;
        post: operations["add_organisation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/organisations/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put: operations["change_organisation"];
        post?: never;
        delete: operations["remove_organisation"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/overview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description What the first page of the console shows, each part for those who may see it. */
        get: operations["overview"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/patrol-runs/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete: operations["end_patrol"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/patrol-runs/{id}/stops": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["stop_patrol_at"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/patrols": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["patrols"];
        put?: never;
        post: operations["add_patrol"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/patrols/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["patrol"];
        put: operations["change_patrol"];
        post?: never;
        delete: operations["remove_patrol"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/patrols/{id}/log": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["patrol_log"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/patrols/{id}/runs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["begin_patrol"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/probe": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["probe"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/relays": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["relays"];
        put?: never;
        post: operations["add_relay"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/relays/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put: operations["change_relay"];
        post?: never;
        delete: operations["remove_relay"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/roles": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["roles"];
        put?: never;
        post: operations["add_role"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/roles/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put: operations["change_role"];
        post?: never;
        delete: operations["remove_role"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/screens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["screens"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/screens/{name}/show": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** @description The screen hears it on the topic `screens` of the event WebSocket. */
        post: operations["show_on_screen"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/server": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["server"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/server/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["load_history"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/server/restart": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** @description Ends the server in order and starts it again with the settings of the version in If-Match. If it does not come up with them, it takes the last ones that worked and says so in `undone`. */
        post: operations["restart"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description Ended sessions, newest first. `search` finds a part of the stream's name, subject or address. */
        get: operations["sessions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sessions/traffic": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description Sessions, watching time and bytes of ended sessions that began in the time given (RFC 3339; the last day when absent), by `stream`, `vhost`, `subject`, `protocol` or `day`. */
        get: operations["traffic"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/setup": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["setup_state"];
        put?: never;
        post: operations["set_up"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/shares/{token}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["open_share"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/snapshot-plans": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["plans"];
        put?: never;
        post: operations["add_plan"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/snapshot-plans/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put: operations["change_plan"];
        post?: never;
        delete: operations["remove_plan"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/snapshots": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/snapshots/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["one"];
        put?: never;
        post?: never;
        delete: operations["remove"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/snapshots/{id}/picture": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["picture"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/snapshots/{id}/thumbnail": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description JPEG, up to 320 pixels wide. */
        get: operations["thumbnail"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sources": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["sources"];
        put?: never;
        post: operations["add_source"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sources/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["import_sources"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sources/{app}/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["source"];
        put: operations["change_source"];
        post?: never;
        delete: operations["remove_source"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/streams": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["streams"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/streams/{app}/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["stream"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/streams/{app}/{name}/control": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["control_gb28181_recording"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/streams/{app}/{name}/diagnosis": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["diagnosis"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/streams/{app}/{name}/download": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["fetch_recording"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/streams/{app}/{name}/play": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["play"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/streams/{app}/{name}/playback-reports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["playback_reports"];
        put?: never;
        /** @description What a player says of how it plays, every ten seconds and at its end. Asks for the token of the offer, whose `reports_url` is this address with it. */
        post: operations["report_playback"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/streams/{app}/{name}/publisher": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete: operations["kick_publisher"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/streams/{app}/{name}/settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description What holds for one stream, running or not: all rules and the configuration taken together. */
        get: operations["stream_settings"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/streams/{app}/{name}/snapshot": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** @description Takes a picture of the latest key frame and keeps it; a source on demand is started for it. */
        post: operations["take"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/streams/{app}/{name}/viewers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["stream_viewers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["make_token"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/upload-targets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["targets"];
        put?: never;
        post: operations["add_target"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/upload-targets/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put: operations["change_target"];
        post?: never;
        delete: operations["remove_target"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/upload-targets/{id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** @description Tries what waits now instead of later. */
        post: operations["retry_target"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/upload-targets/{id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** @description Sends the newest picture at once. */
        post: operations["test_target"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["users"];
        put?: never;
        post: operations["add_user"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["user"];
        put: operations["change_user"];
        post?: never;
        delete: operations["remove_user"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/{id}/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["set_password"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/{id}/provider": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put: operations["link_user"];
        post?: never;
        delete: operations["unlink_user"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/{id}/second-factor": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete: operations["reset_second_factor"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/{id}/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["user_sessions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/{id}/sessions/{session}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete: operations["end_user_session"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/viewers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["viewers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/viewers/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete: operations["kick_viewer"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/views": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["views"];
        put?: never;
        post: operations["add_view"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/views/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["view"];
        put: operations["change_view"];
        post?: never;
        delete: operations["remove_view"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description A key of a program, without its secret. */
        ApiKey: {
            created_at: string;
            expires_at: string;
            /** Format: int64 */
            id: number;
            last_used_at?: string | null;
            name: string;
            permissions: string[];
        };
        /** @description A new key with its secret, which is shown this once. */
        ApiKeyCreated: {
            key: components["schemas"]["ApiKey"];
            /** @description For `Authorization: Bearer`. */
            secret: string;
        };
        /** @description A key to be made. */
        ApiKeyInput: {
            /**
             * Format: int32
             * @description 1 to 732.
             */
            days: number;
            name: string;
            /** @description At most these, and no more than the user may. */
            permissions: string[];
        };
        /** @description Keys of a user. */
        ApiKeyList: {
            items: components["schemas"]["ApiKey"][];
        };
        /** @description A rule for streams by name. */
        Application: {
            created_at: string;
            /** Format: int64 */
            id: number;
            /** @description "app/name" on the default virtual host, or "host/app/name"; each part is a name, a beginning followed by `*`, or `*` alone. */
            pattern: string;
            settings: components["schemas"]["ApplicationSettings"];
            /** @description Origins whose servers lately did not answer: for half a minute they are asked after the others. */
            silent_origins: components["schemas"]["SilentOrigin"][];
            /** @description Running streams that it applies to. */
            streams: number;
        };
        /** @description A rule to be added or changed. */
        ApplicationInput: {
            pattern: string;
            settings?: components["schemas"]["ApplicationSettings"];
        };
        /** @description All rules, most specific first. */
        ApplicationList: {
            /** @description What streams take where no rule says otherwise. */
            defaults: components["schemas"]["ApplicationSettings"];
            items: components["schemas"]["Application"][];
        };
        /**
         * @description What a rule sets for the streams of its pattern; what is absent is left to wider patterns and, in the end,
         *     to the configuration.
         */
        ApplicationSettings: {
            /**
             * @description What happens to sound: "keep" or "drop".
             * @default null
             */
            audio?: string | null;
            /**
             * @description Whether segments of HLS are encrypted (AES-128) with keys that only viewers get; without low-latency parts.
             * @default null
             */
            encrypt_hls?: boolean | null;
            /**
             * Format: int64
             * @description Bytes of one GOP that are cached: 65,536 to 1,073,741,824.
             * @default null
             */
            gop_cap_bytes?: number | null;
            /**
             * @description Whether HLS (`index.m3u8`) and DASH are cut from the stream's first frame on, so that the first viewer finds a
             *     whole window of segments, at the price of processor time; otherwise on demand. Counts for running streams too.
             * @default null
             */
            hls_always?: boolean | null;
            /**
             * Format: int64
             * @description How long an on-demand source runs without viewers: 0 to 3,600,000.
             * @default null
             */
            idle_close_ms?: number | null;
            /**
             * Format: int64
             * @description Longest hold of a frame for interleaving: 0 to 1,000.
             * @default null
             */
            interleave_wait_ms?: number | null;
            /**
             * Format: int64
             * @description Writes to a viewer are at least this far apart: 0 to 500.
             * @default null
             */
            merge_window_ms?: number | null;
            /**
             * @description Where streams that nobody publishes here are pulled from: URLs with `{vhost}`, `{app}` and `{name}`, the preferred one
             *     first, at most 8. They come back without credentials and secrets; sent as they came, they keep them.
             * @default null
             */
            origins?: string[] | null;
            /**
             * @description The outputs that are on: "rtmp", "rtsp", "flv", "fmp4", "ts", "hls", "dash",
             *     "webrtc".
             * @default null
             */
            outputs?: string[] | null;
            /**
             * @description Who may play: "open", "token" or "off".
             * @default null
             */
            play?: string | null;
            /**
             * @description Who may publish: "open", "token" or "off".
             * @default null
             */
            publish?: string | null;
            /**
             * Format: int64
             * @description How long viewers are kept after a publisher is gone: 0 to 600,000.
             * @default null
             */
            publisher_grace_ms?: number | null;
            /**
             * @description Whether streams are to be recorded. This server does not record: the setting is told to other systems, as
             *     `record` of streams and of the web hooks `publish` and `stream_up`.
             * @default null
             */
            record?: boolean | null;
            /**
             * @description Whether a second publisher takes over instead of being refused.
             * @default null
             */
            replace_publisher?: boolean | null;
            /**
             * @description File in the folder `files` of the data folder that viewers see while there is no publisher; empty for none.
             * @default null
             */
            slate?: string | null;
        };
        /** @description What somebody did. */
        AuditEntry: {
            /** @description Method and route. */
            action: string;
            /** @description Empty for nobody known. */
            actor: string;
            address: string;
            at: string;
            detail: string;
            /** Format: int64 */
            id: number;
            /**
             * Format: int64
             * @description HTTP status.
             */
            outcome: number;
            /** @description The path below `/api/v1`. */
            target: string;
        };
        /** @description A page of the audit log, latest first. */
        AuditPage: {
            /**
             * Format: int64
             * @description For the next page; none at the end.
             */
            before?: number | null;
            items: components["schemas"]["AuditEntry"][];
        };
        /** @description Whether the audit log is whole. */
        AuditVerdict: {
            /** @description Sentences; none when it is whole. */
            findings: string[];
            /** Format: int64 */
            rows: number;
        };
        /** @description One second. */
        BitrateSample: {
            /** Format: int64 */
            at_ms: number;
            /** Format: int64 */
            bitrate_bps: number;
            /** Format: int32 */
            fps: number;
        };
        /** @description A role that every installation has. */
        BuiltInRole: {
            /** @description "administrator", "operator", "viewer" or "auditor". */
            name: string;
            permissions: string[];
        };
        /** @description Cameras by how they do, as counted some seconds ago. */
        CameraOverview: {
            /** @description They or their device are switched off, as for maintenance. */
            disabled: number;
            /** @description How many were online, a point a minute over the last day, oldest first; for those who see all cameras. */
            history?: components["schemas"]["OnlinePoint"][] | null;
            idle: number;
            /** @description Those that went off last. */
            lost: components["schemas"]["LostCamera"][];
            offline: number;
            online: number;
            total: number;
        };
        /** @description What is wrong with a cell. */
        CellError: {
            /** @description Heading of its column; absent when it is the whole row. */
            column?: string | null;
            /** @description From 1, as spreadsheets count; the heading is row 1. */
            row: number;
            text: string;
            /** @description What stands there. */
            value: string;
        };
        /** @description A line of a device: a camera, a sound, an alarm input. */
        Channel: {
            /** @description Code of its administrative area: 2, 4, 6 or 8 digits. */
            area_code?: string | null;
            /** @description A number by which other systems know it; unique. */
            code?: string | null;
            created_at: string;
            /** @description Fields of the installation's own. */
            custom: {
                [key: string]: string;
            };
            /** Format: int64 */
            device_id: number;
            device_name: string;
            /** @description One that is not is neither pulled nor played. */
            enabled: boolean;
            /** @description The groups that it is in and one may see. */
            groups: number[];
            /**
             * Format: double
             * @description Degrees clockwise from north.
             */
            heading?: number | null;
            /** Format: int64 */
            id: number;
            /** @description "video", "audio" or "alarm". */
            kind: string;
            main: components["schemas"]["ChannelRendition"];
            maintenance: components["schemas"]["Maintenance"];
            /** @description "on_demand" or "always". */
            mode: string;
            name: string;
            /** @description What the device calls it; may be empty. */
            number: string;
            /** Format: int64 */
            organisation_id: number;
            position?: components["schemas"]["Position"] | null;
            /** @description Whether it can be turned. */
            ptz: boolean;
            road?: components["schemas"]["RoadPosition"] | null;
            /** @description "online": its picture flows; "offline": the last attempt failed; "idle": nobody watches it; "disabled". */
            state: string;
            /** @description Why it is offline. */
            state_reason?: string | null;
            sub?: components["schemas"]["ChannelRendition"] | null;
            tags: string[];
            /** @description Whether it can be spoken to. */
            talk: boolean;
            /** Format: int64 */
            version: number;
        };
        /** @description An organisation with its own channels, without those below it. */
        ChannelBranch: {
            channels: number;
            /** Format: int64 */
            id: number;
            name: string;
            /** @description Of which so many have a picture that flows. */
            online: number;
            /** Format: int64 */
            parent_id?: number | null;
        };
        /** @description What many channels get at once; what is absent stays. */
        ChannelBulk: {
            /** @description "change" or "remove". */
            action: string;
            /** @description Up to 10,000. */
            ids: number[];
            set?: components["schemas"]["ChannelSet"];
        };
        /** @description What an import does, row by row. */
        ChannelImportReport: {
            added: number;
            changed: number;
            /** @description New devices. */
            devices: number;
            /** @description Whether it was made. */
            done: boolean;
            /** @description What is wrong, in the order of the table; at most 1,000. */
            errors: components["schemas"]["CellError"][];
            /** @description Columns of the table that mean nothing here. */
            ignored_columns: string[];
            over_licence?: components["schemas"]["OverLicence"] | null;
            /** @description Of which nothing is made: an import with one is made not at all. */
            refused: number;
            rows: number;
            /** @description As they are already. */
            unchanged: number;
            undo?: string | null;
        };
        /** @description A channel to be added or changed. */
        ChannelInput: {
            area_code?: string | null;
            code?: string | null;
            custom?: {
                [key: string]: string;
            };
            /**
             * Format: int64
             * @description Absent when it comes with a new device, and for one that keeps its own.
             */
            device_id?: number | null;
            enabled: boolean;
            /** Format: double */
            heading?: number | null;
            /** @description "video" when absent. */
            kind?: string | null;
            main: components["schemas"]["ChannelRendition"];
            maintenance?: components["schemas"]["Maintenance"];
            /** @description "on_demand" when absent. */
            mode?: string | null;
            name: string;
            number?: string;
            /**
             * Format: int64
             * @description Absent: that of the device.
             */
            organisation_id?: number | null;
            position?: components["schemas"]["Position"] | null;
            ptz?: boolean;
            road?: components["schemas"]["RoadPosition"] | null;
            sub?: components["schemas"]["ChannelRendition"] | null;
            tags?: string[];
        };
        /** @description A part of the channels, in the order of the tree. */
        ChannelPage: {
            items: components["schemas"]["Channel"][];
            /** @description How many fit the search. */
            total: number;
        };
        /** @description One variant of a channel's picture. */
        ChannelRendition: {
            /** @description Where the driver finds it. "url": a URL, or a path below the device's address; "sim": the name of a scene. */
            address?: string;
            /** @description "app/name"; as given: absent for one that is named by the channel's number ("ch/12", "ch/12_sub"). */
            stream?: string | null;
        };
        /** @description Properties that many channels can get at once. */
        ChannelSet: {
            add_tags?: string[];
            area_code?: string | null;
            carriageway?: string | null;
            direction?: string | null;
            enabled?: boolean | null;
            mode?: string | null;
            /** Format: int64 */
            organisation_id?: number | null;
            remove_tags?: string[];
            road_code?: string | null;
            road_name?: string | null;
        };
        /** @description The organisations that one may see channels of, with how many there are. */
        ChannelTree: {
            organisations: components["schemas"]["ChannelBranch"][];
        };
        /** @description What was changed, and how it is taken back. */
        ChannelsChanged: {
            added: number;
            changed: number;
            removed: number;
            /** @description For `POST /channels/undo/{id}` within 30 minutes. */
            undo?: string | null;
        };
        /** @description What a client sends on the event WebSocket. */
        ClientMessage: {
            /**
             * Format: int64
             * @description The last sequence number seen, to go on from there.
             */
            resume_from?: number | null;
            /** @description The name of the screen that this window is, as long as this connection is there. */
            screen?: string | null;
            token: string;
            /** @description "streams", "sources", "channels", "screens", "server". */
            topics: string[];
            /** @enum {string} */
            type: "auth";
        };
        /** @description Changes of settings by key; null goes back to the default. */
        ConfigChanges: {
            [key: string]: unknown;
        };
        /** @description One key. Secrets come without their value. */
        ConfigValue: {
            /** @description Whether the console may change it: it is of that kind, and nothing on the machine fixes it. */
            changeable: boolean;
            /** @description All that a text may be; empty: any. */
            choices: string[];
            /** @description What it is when nobody says otherwise. */
            default: unknown;
            help: string;
            key: string;
            /** @description "text", "number", "flag" or "list". */
            kind: string;
            /**
             * Format: int64
             * @description Greatest value of a number.
             */
            max?: number | null;
            /**
             * Format: int64
             * @description Least value of a number.
             */
            min?: number | null;
            /** @description "default", "console", "file", "environment" or "command line"; later ones go before earlier ones. */
            origin: string;
            /** @description "live" or "restart". */
            reload: string;
            secret: boolean;
            /** @description "ms", "bytes", "days", or empty. */
            unit: string;
            value: unknown;
        };
        /** @description The effective configuration. */
        Configuration: {
            /** @description Keys whose present value holds from the next start. */
            pending: string[];
            undone?: components["schemas"]["UndoneSettings"] | null;
            values: components["schemas"]["ConfigValue"][];
            /**
             * Format: int64
             * @description Changes carry it in If-Match.
             */
            version: number;
        };
        /** @description Counters of a stream. */
        Counters: {
            /** Format: int64 */
            bytes: number;
            /** Format: int64 */
            config_changes: number;
            /** Format: int64 */
            dropped: number;
            /** Format: int64 */
            frames: number;
            /** Format: int64 */
            gop_overflows: number;
            /** Format: int64 */
            jumps: number;
            /** Format: int64 */
            key_frame_requests: number;
            /** Format: int64 */
            key_frames: number;
            /** Format: int64 */
            publishers: number;
            /** Format: int64 */
            rollbacks: number;
            /** Format: int64 */
            wraps: number;
        };
        /** @description A thing with an address and credentials: a camera, a recorder with many channels, an encoder. */
        Device: {
            /** @description "url": where addresses of its channels are relative to, "rtsp://192.0.2.7:554"; may be empty. "gb28181": its code. */
            address: string;
            /** @description Number of its channels. */
            channels: number;
            created_at: string;
            /** @description "url" (we pull it), "gb28181" (it signs in), "push" (it publishes to us) or "sim" (drawn by this server). */
            driver: string;
            /** @description One that is not is neither pulled nor played. */
            enabled: boolean;
            /** @description The password itself is never shown. */
            has_password: boolean;
            /** Format: int64 */
            id: number;
            model: string;
            /** @description Unique within its organisation. */
            name: string;
            /**
             * @description "gb28181": "media" ("udp", "tcp_passive", "tcp_active"), "version" ("2011", "2016", "2022"), "charset" ("gb2312", "gb18030",
             *     "utf8"), "ssrc" ("any", "agreed"), "sdp" ("usual", "long"), "key_frame" ("edition", "both"), "stream" ("none",
             *     "streamnumber", "stream", "streamprofile", "streamMode"), "clock" ("set", "keep") when it signs in,
             *     "positions" ("ask", "never"), "redirect" (where it shall
             *     sign in instead, such as "sip:34020000002000000002@10.0.0.2:5060"); what is absent is as the maker's devices are known to be.
             */
            options: {
                [key: string]: string;
            };
            /** Format: int64 */
            organisation_id: number;
            serial: string;
            username?: string | null;
            vendor: string;
            /** Format: int64 */
            version: number;
        };
        /** @description An alarm that a device told of. */
        DeviceAlarm: {
            /** Format: int64 */
            channel_id?: number | null;
            /** @description In words; may be empty. */
            description: string;
            /** @description Code of the device. */
            device: string;
            /** Format: int64 */
            device_id?: number | null;
            /** Format: int64 */
            id: number;
            /**
             * Format: int64
             * @description What it is, in the numbers of its method (GB/T 28181-2022 §A.2.5.3).
             */
            kind?: number | null;
            /** Format: double */
            latitude?: number | null;
            /** Format: double */
            longitude?: number | null;
            /**
             * Format: int64
             * @description How it came about: 1 telephone, 2 device, 3 text message, 4 GPS, 5 video, 6 fault, 7 other.
             */
            method?: number | null;
            /**
             * Format: int64
             * @description 1 the highest, 4 the lowest.
             */
            priority?: number | null;
            /** @description By the device's own clock. */
            raised_at?: string | null;
            received_at: string;
            /** @description Code of the device or of what is below it. */
            source: string;
        };
        DeviceAlarmPage: {
            /** @description The newest first. */
            items: components["schemas"]["DeviceAlarm"][];
            /**
             * Format: int64
             * @description `before` of the next page, if there may be one.
             */
            next_before?: number | null;
        };
        /** @description A device to be added or changed. */
        DeviceInput: {
            address?: string;
            driver: string;
            enabled: boolean;
            model?: string;
            name: string;
            /** @description See `Device`. */
            options?: {
                [key: string]: string;
            };
            /** Format: int64 */
            organisation_id: number;
            /** @description Absent in a change: keep the one stored. Empty: none. */
            password?: string | null;
            serial?: string;
            username?: string | null;
            vendor?: string;
        };
        /** @description A part of the devices. */
        DevicePage: {
            items: components["schemas"]["Device"][];
            /** @description How many fit the search. */
            total: number;
        };
        /** @description Where a moving device was. */
        DevicePosition: {
            /**
             * Format: double
             * @description Metres above sea level.
             */
            altitude?: number | null;
            at: string;
            /**
             * Format: double
             * @description Degrees clockwise from north.
             */
            direction?: number | null;
            /**
             * Format: int64
             * @description Greater for each that was told later, whatever its time.
             */
            id: number;
            /**
             * Format: double
             * @description WGS-84, degrees.
             */
            latitude: number;
            /**
             * Format: double
             * @description WGS-84, degrees.
             */
            longitude: number;
            /** @description Code of the device or of what is below it. */
            source: string;
            /**
             * Format: double
             * @description Kilometres an hour.
             */
            speed?: number | null;
        };
        DevicePositionList: {
            /** @description Oldest first. */
            items: components["schemas"]["DevicePosition"][];
        };
        /** @description Why there is or is no picture. */
        Diagnosis: {
            next_step?: string | null;
            steps: components["schemas"]["Step"][];
            summary: string;
            /** @description "playing", "waiting", "failed" or "unknown". */
            verdict: string;
        };
        /** @description A recording that is fetched into a file of the server, or was. */
        Download: {
            /**
             * Format: int64
             * @description Of the file.
             */
            bytes: number;
            created_at: string;
            created_by: string;
            /** @description Code of the device. */
            device: string;
            finished_at?: string | null;
            from: string;
            /** Format: int64 */
            id: number;
            /** @description Name of the camera. */
            label: string;
            /** @description Why it failed, or what is missing; may be empty. */
            note: string;
            /**
             * Format: double
             * @description Of the recording, in the file.
             */
            seconds: number;
            /**
             * Format: int64
             * @description How many times as fast as it was.
             */
            speed: number;
            /** @description "waiting", "running", "done" or "failed". */
            state: string;
            /** @description The stream that plays the recording, `app/name`. */
            stream: string;
            to: string;
        };
        /** @description How a recording is fetched into a file of the server. */
        DownloadInput: {
            /**
             * Format: int32
             * @description How many times as fast as it was: 1 to 16; 8 where absent. A device that cannot sends as fast as it can.
             */
            speed?: number | null;
        };
        /** @description Where a file can be fetched without signing in, for an hour. */
        DownloadLink: {
            expires_at: string;
            /** @description Path and query, to the server itself. */
            url: string;
        };
        DownloadList: {
            /** @description The newest first. */
            items: components["schemas"]["Download"][];
            /**
             * Format: int64
             * @description Bytes of all files together, also of those that are not listed.
             */
            total_bytes: number;
        };
        /** @description What holds for one stream. */
        EffectiveSettings: {
            app: string;
            name: string;
            /** @description Patterns that apply, most specific first. */
            patterns: string[];
            /** @description All of them and the configuration taken together: nothing is absent. */
            settings: components["schemas"]["ApplicationSettings"];
            /** @description Virtual host; "default" is that of everything that names no configured one. */
            vhost: string;
        };
        /** @description One ended session: who watched what, for how long, how much. */
        EndedSession: {
            address: string;
            app: string;
            /** Format: int64 */
            bytes: number;
            /** Format: int64 */
            duration_ms: number;
            /** Format: int64 */
            id: number;
            name: string;
            protocol: string;
            since: string;
            subject?: string | null;
            /** @description Virtual host; "default" is that of everything that names no configured one. */
            vhost: string;
        };
        /** @description Ended sessions, newest first. */
        EndedSessionPage: {
            items: components["schemas"]["EndedSession"][];
            /**
             * Format: int64
             * @description For `before` of the next page.
             */
            next_before?: number | null;
        };
        /** @description One way to play. */
        Engine: {
            /**
             * @description "ws-fmp4", "http-fmp4", "webrtc", "software" (as "ws-fmp4", for browsers that cannot decode H.265 themselves),
             *     "ws-flv", "http-flv" or "ll-hls".
             */
            engine: string;
            /** @description MIME type with codecs; for "webrtc" the names that session descriptions have for them. */
            mime: string;
            /** @description Why it stands at its place: "shortest_delay", "steady", "no_websocket_needed", "decoded_here", "native" or "through_caches". */
            reason?: string | null;
            refused: components["schemas"]["RefusedTrack"][];
            /** @description Path and query on this server. */
            url: string;
        };
        /** @description What the server sends. */
        EventMessage: {
            /** Format: int64 */
            seq: number;
            /** @enum {string} */
            type: "hello";
        } | {
            /** @enum {string} */
            type: "gap";
        } | {
            data: unknown;
            event: string;
            /** Format: int64 */
            seq: number;
            topic: string;
            /** @enum {string} */
            type: "event";
        } | {
            code: string;
            message: string;
            /** @enum {string} */
            type: "error";
        };
        /** @description How a device records for alarms. */
        Gb28181AlarmRecording: {
            /**
             * Format: int32
             * @description Seconds after the alarm.
             */
            after_s?: number | null;
            /**
             * Format: int32
             * @description Seconds before it.
             */
            before_s?: number | null;
            enabled?: boolean | null;
            /**
             * Format: int32
             * @description 0 is the main one.
             */
            stream?: number | null;
        };
        /** @description Which alarms a device reports. */
        Gb28181AlarmReport: {
            /** @description Intrusion. */
            field?: boolean | null;
            /** @description Motion. */
            motion?: boolean | null;
        };
        /** @description Name and registration. */
        Gb28181Basic: {
            /**
             * Format: int32
             * @description Seconds that a registration lasts.
             */
            expiration_s?: number | null;
            /**
             * Format: int32
             * @description Heartbeats that may be missing.
             */
            heartbeat_count?: number | null;
            /**
             * Format: int32
             * @description Seconds between two heartbeats.
             */
            heartbeat_interval_s?: number | null;
            name?: string | null;
        };
        /** @description A memory card. */
        Gb28181Card: {
            /** Format: int64 */
            capacity_mb?: number | null;
            /**
             * Format: int32
             * @description Per cent that are formatted.
             */
            format_percent?: number | null;
            /** Format: int64 */
            free_mb?: number | null;
            /** @description May be empty. */
            name: string;
            /**
             * Format: int32
             * @description From 1; by it the card is erased.
             */
            number?: number | null;
            /** @description "ok", "formatting", "unformatted", "idle", "error"; absent when the device says something else. */
            state?: string | null;
        };
        /** @description Memory cards of a device, as it tells (edition 2022). */
        Gb28181CardList: {
            items: components["schemas"]["Gb28181Card"][];
        };
        /** @description A device's catalog beside the channels that it has here. */
        Gb28181Catalog: {
            /** @description Empty unless the catalog is whole. */
            gone: components["schemas"]["Gb28181Gone"][];
            items: components["schemas"]["Gb28181Item"][];
            /** @description "awaited", "coming", "whole" or "partial". */
            state: string;
            text?: string | null;
        };
        /** @description What a device tells of its configuration. */
        Gb28181Configuration: {
            alarm_recording?: components["schemas"]["Gb28181AlarmRecording"] | null;
            alarm_report?: components["schemas"]["Gb28181AlarmReport"] | null;
            basic?: components["schemas"]["Gb28181Basic"] | null;
            masks?: components["schemas"]["Gb28181Masks"] | null;
            /**
             * Format: int32
             * @description `FrameMirror`: how the picture is turned: 0 not, 1 horizontally, 2 vertically, 3 both.
             */
            mirror?: number | null;
            osd?: components["schemas"]["Gb28181Osd"] | null;
            /** @description Names of what it tells besides, such as `SVACEncodeConfig`. */
            others: string[];
            recording_plan?: components["schemas"]["Gb28181RecordingPlan"] | null;
            /** @description `VideoParamAttribute`: how it codes, one line for each of its streams. */
            video: components["schemas"]["Gb28181Video"][];
            video_options?: components["schemas"]["Gb28181VideoOptions"] | null;
        };
        /** @description How a device is to be configured; what is absent stays as it is. */
        Gb28181ConfigurationChange: {
            /** @default null */
            basic?: components["schemas"]["Gb28181Basic"] | null;
            /**
             * @description Code of the channel; absent: the device itself.
             * @default null
             */
            channel?: string | null;
            /**
             * Format: int32
             * @description 0 not, 1 horizontally, 2 vertically, 3 both.
             * @default null
             */
            mirror?: number | null;
            /** @default null */
            osd?: components["schemas"]["Gb28181Osd"] | null;
        };
        /** @description A device of GB/T 28181: one that was added, or one that is signed in. */
        Gb28181Device: {
            /** @description Where its messages come from. */
            address?: string | null;
            /** @description Cameras in its catalog. */
            cameras: number;
            /** @description Of which so many are on, as it says. */
            cameras_on: number;
            /** @description "awaited", "coming", "whole" or "partial". */
            catalog: string;
            /** @description What is missing of a partial catalog, or how far one is that is coming. */
            catalog_text?: string | null;
            /**
             * Format: int64
             * @description Milliseconds that its clock is ahead of ours, when it was asked last.
             */
            clock_ahead_ms?: number | null;
            /** @description Its code. */
            code: string;
            /**
             * Format: int64
             * @description Number of the device, if it was added.
             */
            device_id?: number | null;
            /** @description Codes of devices below it that it calls faulty. */
            faulty: string[];
            firmware: string;
            heard_at?: string | null;
            /** @description Of its cameras so many are channels here. */
            imported: number;
            manufacturer: string;
            /** @description How its media comes: "udp", "tcp_passive" (it connects) or "tcp_active" (we connect). */
            media?: string | null;
            model: string;
            /** @description As people call it; or as it calls itself. */
            name: string;
            /**
             * Format: int64
             * @description Where it belongs, if it was added.
             */
            organisation_id?: number | null;
            /** @description Why it is offline and what to try, as far as it is known; or that two devices seem to have its code. */
            reason?: string | null;
            since?: string | null;
            /** @description "online" or "offline". */
            state: string;
            /** @description "udp", "tcp" or "tls". */
            transport?: string | null;
            /** @description What it calls itself in messages. */
            user_agent: string;
            /** @description Edition that it speaks: "2011", "2016" or "2022". */
            version?: string | null;
        };
        Gb28181DevicePage: {
            items: components["schemas"]["Gb28181Device"][];
            /** @description How many fit the search. */
            total: number;
        };
        /** @description A channel of a device that is not in its catalog any more. */
        Gb28181Gone: {
            /** Format: int64 */
            channel_id: number;
            code: string;
            name: string;
        };
        /** @description Where a camera goes by itself when nobody steers it: the device does so, also while this server is away (看守位). */
        Gb28181HomePosition: {
            /** @description Whether it goes there; absent when the device does not tell. */
            enabled?: boolean | null;
            /**
             * Format: int32
             * @description The preset that it goes to, 0 to 255.
             */
            preset?: number | null;
            /**
             * Format: int32
             * @description Seconds that it waits before.
             */
            reset_s?: number | null;
        };
        /** @description Where a camera shall go by itself. */
        Gb28181HomePositionChange: {
            /** @description Code of the channel; absent: the device itself. */
            channel?: string | null;
            enabled: boolean;
            /**
             * Format: int32
             * @description The preset that it goes to, 1 to 255; needed to switch it on.
             */
            preset?: number | null;
            /**
             * Format: int32
             * @description Seconds that it waits before, 5 to 86400; needed to switch it on.
             */
            reset_s?: number | null;
        };
        /** @description Which lines of a catalog become channels. */
        Gb28181Import: {
            /** @description Codes of lines: new ones are added, changed ones get what the catalog says. */
            codes: string[];
            /**
             * Format: int64
             * @description Where new channels belong; absent: where the device does.
             */
            organisation_id?: number | null;
            /** @description Channels that are removed. */
            remove?: number[];
        };
        /** @description What became of an import. */
        Gb28181Imported: {
            added: number;
            changed: number;
            removed: number;
            /** @description By which it is taken back: `POST /channels/undo/{id}`. */
            undo?: string | null;
        };
        /** @description A line of a device's catalog. */
        Gb28181Item: {
            address: string;
            /** @description Administrative area of 2, 4, 6 or 8 digits; may be empty. */
            area_code: string;
            business_group?: string | null;
            /** @description Whether it can have pictures. */
            camera: boolean;
            /** @description "new", "changed" or "same"; absent for what has no pictures. */
            change?: string | null;
            /**
             * Format: int64
             * @description The channel that it is here.
             */
            channel_id?: number | null;
            code: string;
            /** @description What differs from the channel: "name", "place", "ptz", "area_code". */
            differs: string[];
            /** Format: double */
            latitude?: number | null;
            /** Format: double */
            longitude?: number | null;
            manufacturer: string;
            model: string;
            name: string;
            /** @description Whether it is on, as the device says. */
            on: boolean;
            /** @description Code of what it is part of. */
            parent?: string | null;
            /** @description Whether it turns, as far as the device says. */
            ptz?: boolean | null;
            /** @description The stream that plays it: "gb/CODE". */
            stream: string;
        };
        /** @description The last upgrade of a device. */
        Gb28181LastUpgrade: {
            upgrade?: components["schemas"]["Gb28181Upgrade"] | null;
        };
        /** @description What of the picture is masked. */
        Gb28181Masks: {
            /** @description Corners in pixels, "left,top,right,bottom". */
            areas: string[];
            on?: boolean | null;
        };
        /** @description An order to a device or one of its channels. */
        Gb28181Order: {
            /**
             * Format: int32
             * @description Which memory card is erased, 1 to 8; 0 all.
             */
            card?: number | null;
            /** @description Code of the channel; absent: the device itself. */
            channel?: string | null;
            /**
             * @description "reboot", "record", "stop_record", "guard", "unguard", "reset_alarm" or "key_frame"; of the edition of 2022 "track" and
             *     "stop_track" (follow what the device chooses) and "format_card".
             */
            order: string;
        };
        /** @description What is written into the picture. */
        Gb28181Osd: {
            texts: components["schemas"]["Gb28181OsdText"][];
            texts_on?: boolean | null;
            /**
             * Format: int32
             * @description 0 "2026-11-28 10:00:00", 1 "2026年11月28日 10:00:00".
             */
            time_form?: number | null;
            time_on?: boolean | null;
            /** Format: int32 */
            time_x?: number | null;
            /** Format: int32 */
            time_y?: number | null;
            /**
             * Format: int32
             * @description Height of that window.
             */
            window_height?: number | null;
            /**
             * Format: int32
             * @description Width of the window that positions are of, in pixels.
             */
            window_width?: number | null;
        };
        /** @description One text in the picture. */
        Gb28181OsdText: {
            /** @description At most 32 characters. */
            text: string;
            /** Format: int32 */
            x?: number | null;
            /** Format: int32 */
            y?: number | null;
        };
        /** @description A recording in a device. */
        Gb28181Recording: {
            /** Format: int64 */
            bytes?: number | null;
            /** @description "time", "alarm", "manual" or what the device says. */
            cause: string;
            from: string;
            /** @description May be empty. */
            name: string;
            /** @description The stream that plays it: "gb/CODE_FROM_TO". */
            stream: string;
            to: string;
        };
        /** @description One day of a plan. */
        Gb28181RecordingDay: {
            /** @description "08:00:00-18:30:00", by the device's clock. */
            times: string[];
            /**
             * Format: int32
             * @description 1 Monday to 7 Sunday.
             */
            weekday?: number | null;
        };
        Gb28181RecordingList: {
            items: components["schemas"]["Gb28181Recording"][];
            /** @description What is missing. */
            text?: string | null;
            /** @description Whether these are all. */
            whole: boolean;
        };
        /** @description When a device records. */
        Gb28181RecordingPlan: {
            days: components["schemas"]["Gb28181RecordingDay"][];
            enabled?: boolean | null;
            /**
             * Format: int32
             * @description 0 is the main one.
             */
            stream?: number | null;
        };
        /** @description Somebody who was not let in lately. */
        Gb28181Refused: {
            address: string;
            at: string;
            /** @description Who it claims to be. */
            code: string;
            /** @description The same in words, with what to do. */
            reason: string;
            /**
             * Format: int32
             * @description Times in a row.
             */
            times: number;
            /** @description "unknown", "wrong_password" or "locked". */
            why: string;
        };
        Gb28181RefusedList: {
            items: components["schemas"]["Gb28181Refused"][];
        };
        /** @description How far a request for pictures is. */
        Gb28181SnapshotProgress: {
            /** @description Code of the channel. */
            channel: string;
            /**
             * Format: int32
             * @description How many were asked for.
             */
            count: number;
            /** @description Code of the device. */
            device: string;
            id: string;
            /**
             * Format: int64
             * @description Seconds that it is still waited for.
             */
            left_s: number;
            /** @description What is missing and what to try. */
            reason?: string | null;
            /** @description Where the device sends pictures to, without what is secret of it. */
            server: string;
            /** @description Numbers of the pictures that came: `GET /snapshots/{id}`. */
            snapshots: number[];
            /** @description "open": pictures are waited for; "done"; "failed": it is over, and pictures are missing. */
            state: string;
        };
        /** @description Pictures that a device is asked to take and to send by HTTP (edition 2022). */
        Gb28181SnapshotRequest: {
            /** @description Code of the channel; absent: the device itself. */
            channel?: string | null;
            /**
             * Format: int32
             * @description How many, 1 to 10; 1 where it is absent.
             */
            count?: number | null;
            /**
             * Format: int32
             * @description Seconds between two, 1 to 600; 1 where it is absent.
             */
            interval_s?: number | null;
        };
        /** @description How GB/T 28181 is set here: what is copied into a camera's own page. */
        Gb28181State: {
            /** @description Addresses that devices reach this server by. */
            addresses: string[];
            /** @description Connections of devices. */
            connections: number;
            /** @description SIP domain, which is the realm of passwords too. */
            domain: string;
            /** @description Whether devices are listened for; the rest is empty if not. */
            enabled: boolean;
            /**
             * Format: int64
             * @description Messages that were dropped because their senders sent too many.
             */
            flooded: number;
            /**
             * Format: int64
             * @description Seconds between heartbeats that devices are expected to send.
             */
            heartbeat_s: number;
            /** @description Ports that media comes in by: "10000" or "10000-10199". */
            media_ports: string;
            /** @description Devices that are signed in. */
            online: number;
            /**
             * Format: int32
             * @description SIP port, for UDP and TCP.
             */
            port: number;
            /** @description SIP server id, 20 digits. */
            server_id: string;
            /** @description Sessions in which devices send. */
            sessions: number;
            /**
             * Format: int32
             * @description SIP port over TLS; 0: off.
             */
            tls_port: number;
        };
        /** @description An upgrade of a device, and what became of it. */
        Gb28181Upgrade: {
            /** @description Version that was ordered. */
            firmware: string;
            /** @description Version that is installed now, once the device has told. */
            installed?: string | null;
            ordered_at: string;
            /** @description Why it failed and what to try. */
            reason?: string | null;
            /** @description "under_way": the device has not told; "done"; "failed". */
            state: string;
        };
        /** @description Firmware that a device shall fetch and install (edition 2022). */
        Gb28181UpgradeRequest: {
            /** @description Code of the channel; absent: the device itself. */
            channel?: string | null;
            /** @description Its version, 1 to 64 characters. */
            firmware: string;
            /** @description Where the device fetches it: `http`, `https` or `ftp`. */
            url: string;
        };
        /** @description How one stream is coded, in the words of the standard. */
        Gb28181Video: {
            bitrate_kbps?: string | null;
            /** @description 1 constant, 2 variable. */
            bitrate_type?: string | null;
            /** @description 1 MPEG-4, 2 H.264, 3 SVAC, 4 3GP, 5 H.265. */
            codec?: string | null;
            frame_rate?: string | null;
            resolution?: string | null;
            /**
             * Format: int32
             * @description 0 is the main one.
             */
            stream?: number | null;
        };
        /** @description What video a device can do. */
        Gb28181VideoOptions: {
            /** @description How many times as fast recordings can be fetched. */
            download_speeds: number[];
            /** @description In the words of the standard: 5 is 720p, 6 is 1080p, or "1920x1080". */
            resolutions: string[];
        };
        /** @description The cached GOP. */
        Gop: {
            bytes: number;
            frames: number;
            joinable: boolean;
            /** Format: int64 */
            ms: number;
        };
        /** @description A role for an organisation and all below it or for a group of cameras, and for times of the week. */
        Grant: {
            /** @description A role that every installation has; or `role_id`. */
            built_in?: string | null;
            /**
             * Format: int64
             * @description A group of cameras: what the role permits about cameras, for the members of the group.
             */
            group_id?: number | null;
            /** @description It follows from the user's groups at the sign-in provider. Each sign-in replaces these; a change of the user leaves them. */
            mapped?: boolean;
            /**
             * Format: int64
             * @description With all below it; or `group_id`.
             */
            organisation_id?: number | null;
            /**
             * Format: int64
             * @description A role of the installation's own.
             */
            role_id?: number | null;
            /** @description When; always without. */
            schedule?: components["schemas"]["ScheduleWindow"][] | null;
        };
        /** @description Cameras that belong together for a purpose: what a right may be for instead of an organisation. */
        Group: {
            /** @description How many of its members one sees; `GET /channels?group=` lists them. */
            channels: number;
            /** Format: int64 */
            id: number;
            /** @description Whether one may rename it and change its members. */
            managed: boolean;
            /** @description Unique within its organisation. */
            name: string;
            /**
             * Format: int64
             * @description Where it belongs for good; its members belong there or below.
             */
            organisation_id: number;
            /**
             * Format: int64
             * @description Counted up by each change of the name; for `If-Match`.
             */
            version: number;
        };
        /** @description A group to be renamed. */
        GroupInput: {
            /** @description 1 to 64 characters. */
            name: string;
        };
        /** @description The groups that one may see, by name. */
        GroupList: {
            items: components["schemas"]["Group"][];
        };
        /** @description Who joined and left; sent back the other way round it is undone. */
        GroupMembersChanged: {
            /** @description Were not in the group before. */
            added: number[];
            /** @description Were in the group before. */
            removed: number[];
        };
        /** @description Channels that join a group and leave it, up to 10,000 at once, each once. */
        GroupMembersInput: {
            /** @default [] */
            add?: number[];
            /** @default [] */
            remove?: number[];
        };
        /** @description What is permitted where. */
        HeldPermission: {
            /** @description For the members of these groups. */
            groups: number[];
            /** @description At these and all below them; 1 is everywhere. */
            organisations: number[];
            /** @description "view:stream". */
            permission: string;
        };
        /** @description Another system that is asked and told. */
        Hook: {
            created_at: string;
            /**
             * Format: int64
             * @description Deliveries in the log that were taken.
             */
            delivered: number;
            enabled: boolean;
            /**
             * @description "publish", "play", "not_found", "no_viewers", "stream_up", "stream_down", "source_failed", "sessions_ended",
             *     "server_started", "keepalive".
             */
            events: string[];
            /**
             * Format: int64
             * @description Deliveries in the log that were not.
             */
            failed: number;
            /** Format: int64 */
            id: number;
            /** @description What holds for a question that gets no answer: "deny" or "allow". */
            on_failure: string;
            /** @description Which streams: "app/name" on the default virtual host, or "host/app/name"; each part is a name, a beginning followed by `*`, or `*` alone. */
            pattern: string;
            /**
             * Format: int64
             * @description Notices that wait.
             */
            pending: number;
            /**
             * Format: int64
             * @description How long an answer may take: 100 to 30,000.
             */
            timeout_ms: number;
            /** @description Without the values of query parameters that are secrets. */
            url: string;
        };
        /** @description A new hook with its secret, which is shown this once. */
        HookCreated: {
            hook: components["schemas"]["Hook"];
            secret: string;
        };
        /** @description One event on its way to a hook. */
        HookDelivery: {
            answer?: string | null;
            /** Format: int64 */
            attempts: number;
            /** @description JSON, as posted. */
            body: string;
            created_at: string;
            /** Format: int64 */
            duration_ms?: number | null;
            event: string;
            /** Format: int64 */
            id: number;
            /**
             * Format: int64
             * @description Milliseconds until the next attempt.
             */
            next_attempt_ms?: number | null;
            /** @description "pending", "delivered" or "failed". */
            state: string;
            /** Format: int64 */
            status?: number | null;
        };
        /** @description Deliveries, newest first. */
        HookDeliveryPage: {
            items: components["schemas"]["HookDelivery"][];
            /**
             * Format: int64
             * @description For `before` of the next page.
             */
            next_before?: number | null;
        };
        /** @description A hook to be added or changed. */
        HookInput: {
            enabled: boolean;
            events: string[];
            on_failure: string;
            pattern: string;
            /** Format: int64 */
            timeout_ms: number;
            /** @description As shown by the server: keep the one stored. */
            url: string;
        };
        /** @description All hooks. */
        HookList: {
            /** @description Every event that there is. */
            events: string[];
            items: components["schemas"]["Hook"][];
        };
        /** @description A new secret, shown this once. */
        HookSecret: {
            secret: string;
        };
        /** @description What came of posting a made-up event. */
        HookTest: {
            /** @description The beginning of the answer, or why there was none. */
            answer: string;
            /** Format: int64 */
            duration_ms: number;
            ok: boolean;
            /** Format: int32 */
            status?: number | null;
        };
        /** @description A virtual host: streams on it are apart from streams of equal names on others. */
        Host: {
            created_at: string;
            /** @description "cam.example.com", or "*.example.com" for all below. An exact domain goes before a wildcard. */
            domains: string[];
            /** @description Lower case. */
            name: string;
            /** @description Sources configured on it. */
            sources: number;
            /** @description Running streams on it. */
            streams: number;
            /** @description Viewers of them. */
            viewers: number;
        };
        /** @description What a virtual host is changed to. Sessions that run stay where they are. */
        HostChange: {
            domains: string[];
        };
        /** @description A virtual host to be added. */
        HostInput: {
            /** @description At most 100; each belongs to one host. */
            domains?: string[];
            /** @description 1 to 64 of `A-Z a-z 0-9 _ -`, not "default"; kept in lower case. */
            name: string;
        };
        /** @description All virtual hosts by name; the one called "default", which has everything else, is none of them. */
        HostList: {
            items: components["schemas"]["Host"][];
        };
        /** @description A way of playing that a player cannot go. */
        LeftOut: {
            /** @description Why: "codec". */
            code: string;
            engine: string;
            /** @description What is lacking. */
            message: string;
        };
        /** @description A licence that is handed in. */
        LicenceInput: {
            /** @description The file as the issuer sent it. */
            text: string;
        };
        /** @description How many cameras may be on, and why. */
        LicenceStanding: {
            /**
             * Format: int64
             * @description Whole days until its end; absent without an end that is ahead.
             */
            days_left?: number | null;
            /** @description Cameras that may be on without a licence. */
            free_limit: number;
            /** @description Whether the key licence.issuer_key is set, without which no licence is accepted. */
            has_issuer: boolean;
            /** @description Cameras that may be on. More are not added; those that are on stay on. */
            limit: number;
            /** @description Cameras that are on. */
            on: number;
            /** @description Why it is not believed. */
            reason?: string | null;
            /** @description "none", "valid", "ending" (within 30 days of its end), "ended", or "unverified" (the issuer's key is missing or another one). */
            state: string;
            terms?: components["schemas"]["LicenceTerms"] | null;
        };
        /** @description What a licence says. */
        LicenceTerms: {
            channels: number;
            customer: string;
            /** @description Its last day, in UTC; absent: without end. */
            expires?: string | null;
            /** @description A day: 2026-01-01. */
            issued: string;
            number: string;
        };
        /** @description One open port. */
        ListenerInfo: {
            address: string;
            /** Format: int32 */
            port: number;
            protocol: string;
        };
        /** @description Load of the last hour, oldest first. */
        LoadHistory: {
            items: components["schemas"]["LoadSample"][];
        };
        /** @description Mean load of ten seconds. */
        LoadSample: {
            /**
             * Format: int64
             * @description Unix milliseconds of the end.
             */
            at_ms: number;
            /** Format: double */
            cpu_percent: number;
            /** Format: int64 */
            memory_bytes: number;
            /** Format: int64 */
            rate_in_bps: number;
            /** Format: int64 */
            rate_out_bps: number;
            streams: number;
            viewers: number;
        };
        /** @description What the sign-in page offers besides name and password. */
        LoginOptions: {
            provider?: components["schemas"]["LoginProvider"] | null;
        };
        /** @description An OpenID provider; `GET /login/oidc` leads there. */
        LoginProvider: {
            /** @description On the button. */
            name: string;
        };
        /** @description Sign-in. */
        LoginRequest: {
            /** @description Of the second factor; asked for with the code `second_factor_required`. */
            code?: string | null;
            password: string;
            username: string;
        };
        /** @description A session. */
        LoginResponse: {
            /** @description RFC 3339, UTC. */
            expires_at: string;
            /** @description For `Authorization: Bearer`. */
            token: string;
            user: components["schemas"]["Me"];
        };
        /** @description A sign-in session. */
        LoginSession: {
            address: string;
            /** @description What the browser or program says of itself. */
            agent: string;
            created_at: string;
            /** @description The one that asks. */
            current: boolean;
            expires_at: string;
            id: string;
            seen_at: string;
        };
        /** @description Sign-in sessions, latest first. */
        LoginSessionList: {
            items: components["schemas"]["LoginSession"][];
        };
        /** @description A camera that went off. */
        LostCamera: {
            /** Format: int64 */
            id: number;
            name: string;
            /** @description Road and stake. */
            place: string;
            reason: string;
            /** @description When that was noticed. */
            since: string;
        };
        /** @description What the whole machine has and uses. */
        MachineOverview: {
            /**
             * Format: double
             * @description Of all processors.
             */
            cpu_percent: number;
            /** Format: int64 */
            disk_total_bytes: number;
            /**
             * Format: int64
             * @description Of the disk with the data folder.
             */
            disk_used_bytes: number;
            /** Format: int64 */
            memory_total_bytes: number;
            /** Format: int64 */
            memory_used_bytes: number;
            processors: number;
        };
        /** @description Who looks after it and since when it is there. */
        Maintenance: {
            /** @description "2026-11-26". */
            installed_on?: string | null;
            maintainer?: string | null;
            note?: string | null;
            phone?: string | null;
            /** @description "2029-11-26". */
            warranty_until?: string | null;
        };
        /** @description Who is signed in. */
        Me: {
            display_name: string;
            /** Format: int64 */
            id: number;
            name: string;
            /** Format: int64 */
            organisation_id: number;
            permissions: components["schemas"]["HeldPermission"][];
            /**
             * @description What holds now; grants with times come and go.
             *     The sign-in provider signs this user in: there is no password and no second factor here.
             */
            provider?: boolean;
            second_factor: boolean;
        };
        /** @description A device to be added, with the channels that it comes with. */
        NewDevice: components["schemas"]["DeviceInput"] & {
            /** @description Their `device_id` is left out. */
            channels?: components["schemas"]["ChannelInput"][];
        };
        /** @description A group to be added. */
        NewGroup: {
            /** @description 1 to 64 characters. */
            name: string;
            /** Format: int64 */
            organisation_id: number;
        };
        /** @description A user to be added. */
        NewUser: components["schemas"]["UserInput"] & {
            /** @description 10 to 256 characters. */
            password: string;
        };
        OnlinePoint: {
            /**
             * Format: int64
             * @description Unix milliseconds.
             */
            at_ms: number;
            online: number;
        };
        /** @description Part of the tree that rights are given on. */
        Organisation: {
            /**
             * Format: int64
             * @description 1 is the root.
             */
            id: number;
            /** @description Of the root: empty until people name it. */
            name: string;
            /**
             * Format: int64
             * @description The one above it; none for the root.
             */
            parent_id?: number | null;
            /**
             * Format: int64
             * @description Among its siblings; equal ones go by name.
             */
            position: number;
            /**
             * Format: int64
             * @description Counted up by each change; for `If-Match`.
             */
            version: number;
        };
        /** @description An organisation to be added or changed. */
        OrganisationInput: {
            name: string;
            /** Format: int64 */
            parent_id: number;
            /** Format: int64 */
            position?: number;
        };
        /** @description The organisations that one may see, and those above them. */
        OrganisationList: {
            items: components["schemas"]["Organisation"][];
        };
        /** @description How far a table goes beyond the licence. */
        OverLicence: {
            /** @description Of which so many still fit. */
            fitting: number;
            /** @description Cameras that may be on. */
            limit: number;
            /** @description Cameras that the table would switch on. */
            more: number;
            /** @description Cameras that are on. */
            on: number;
        };
        /** @description The first page of the console. What one may not see is absent; what one sees is of the organisations that one sees. */
        Overview: {
            /** @description The latest entries. */
            audit?: components["schemas"]["AuditEntry"][] | null;
            cameras?: components["schemas"]["CameraOverview"] | null;
            licence?: components["schemas"]["LicenceStanding"] | null;
            /** @description Those that run, and the last runs of others; the latest first. */
            patrols?: components["schemas"]["PatrolOverview"][] | null;
            relays?: components["schemas"]["RelayOverview"] | null;
            server?: components["schemas"]["ServerOverview"] | null;
            /** @description The latest pictures. */
            snapshots?: components["schemas"]["Snapshot"][] | null;
            sources?: components["schemas"]["SourceOverview"] | null;
            streams?: components["schemas"]["StreamOverview"] | null;
            /** @description Views of the wall, those with a number first. */
            views?: components["schemas"]["ViewOverview"][] | null;
        };
        /** @description A new password; ends all sessions of the user. */
        PasswordChange: {
            current: string;
            new: string;
        };
        /** @description A password that an administrator gives. */
        PasswordInput: {
            password: string;
        };
        /** @description A tour of cameras on a wall. */
        Patrol: {
            changeable: boolean;
            /**
             * Format: int64
             * @description How long a page stays: 3 to 3600.
             */
            dwell_s: number;
            /** Format: int64 */
            id: number;
            /** @description Layout of a page, as of a view: how many cameras are shown at once. */
            layout: string;
            mine: boolean;
            name: string;
            /** @description Whether that is now. */
            open: boolean;
            /** @description "listed" or "shuffled". */
            order: string;
            /**
             * Format: int64
             * @description With whom it is shared: people of this organisation and below it; absent: with nobody.
             */
            organisation_id?: number | null;
            /** @description Sign-in name of who made it. */
            owner: string;
            /** @description When it may run; absent: at any time. */
            schedule?: components["schemas"]["ScheduleWindow"][] | null;
            /** @description Whether a picture is kept of each stop. */
            snapshot: boolean;
            steps: components["schemas"]["PatrolStep"][];
            /** Format: int64 */
            version: number;
        };
        /** @description A patrol to be added or changed. */
        PatrolInput: {
            /** Format: int64 */
            dwell_s: number;
            layout: string;
            name: string;
            /** @description "listed" when absent. */
            order?: string | null;
            /** Format: int64 */
            organisation_id?: number | null;
            schedule?: components["schemas"]["ScheduleWindow"][] | null;
            snapshot?: boolean;
            steps: components["schemas"]["PatrolStep"][];
        };
        /** @description Patrols that one sees. */
        PatrolList: {
            items: components["schemas"]["Patrol"][];
        };
        /** @description A part of a patrol's log, latest first. */
        PatrolLog: {
            /**
             * Format: int64
             * @description For the part before this one; absent at the end.
             */
            before?: number | null;
            items: components["schemas"]["PatrolStop"][];
        };
        PatrolOverview: {
            /** @description Absent for one that runs. */
            ended_at?: string | null;
            /** Format: int64 */
            id: number;
            name: string;
            started_at: string;
            user: string;
        };
        /** @description A run that began. */
        PatrolRun: {
            /** Format: int64 */
            id: number;
        };
        /** @description A camera on a patrol. */
        PatrolStep: {
            /** Format: int64 */
            channel_id: number;
            /**
             * Format: int32
             * @description The preset that it turns to.
             */
            preset?: number | null;
        };
        /** @description Where a run stopped. */
        PatrolStop: {
            at: string;
            /** Format: int64 */
            channel_id: number;
            channel_name: string;
            /** Format: int64 */
            id: number;
            outcome: string;
            /** Format: int64 */
            run_id: number;
            /**
             * Format: int64
             * @description The picture that was kept.
             */
            snapshot_id?: number | null;
            /** @description Sign-in name of who ran it. */
            user: string;
        };
        /** @description Where a run stops. */
        PatrolStopInput: {
            /** Format: int64 */
            channel_id: number;
            /** @description "shown", "offline" or "skipped". */
            outcome: string;
        };
        /** @description Everything that a player needs to choose an engine before it connects. */
        PlayOffer: {
            app: string;
            /** @description In the order in which to try them. */
            engines: components["schemas"]["Engine"][];
            expires_at: string;
            /** Format: int64 */
            gop_ms: number;
            /** @description Ways that the player cannot go, as far as it said what it can. */
            left_out: components["schemas"]["LeftOut"][];
            name: string;
            /** @description Path and query on this server to which the player says how it plays. */
            reports_url: string;
            token: string;
            tracks: components["schemas"]["Track"][];
            /** @description Virtual host; "default" is that of everything that names no configured one. */
            vhost: string;
        };
        /** @description What a player wants and can; without it everything is offered. */
        PlayWish: {
            /** @default null */
            player?: components["schemas"]["PlayerAbilities"] | null;
            /**
             * @description "wall" (many pictures at a time; the default), "control" (steered or talked through: the shortest delay) or "public"
             *     (through caches).
             * @default null
             */
            purpose?: string | null;
        };
        /** @description What a player says of one session, every ten seconds and at its end. All counts are from its beginning. */
        PlaybackReport: {
            /**
             * Format: int32
             * @description Pictures that were decoded too late to be shown.
             */
            dropped: number;
            ended?: boolean;
            /** @description Way of playing, such as "ws-fmp4". */
            engine: string;
            /**
             * Format: int32
             * @description From asking for the stream to its first picture; absent before there was one.
             */
            first_picture_ms?: number | null;
            /**
             * Format: int32
             * @description Behind the fastest delivery, as it was last.
             */
            latency_ms?: number | null;
            /**
             * Format: int32
             * @description For how long it did, together.
             */
            stalled_ms: number;
            /**
             * Format: int32
             * @description How often the picture stood still.
             */
            stalls: number;
            /** @description A word of up to 36 letters, digits and "-" that the player made up for this session. */
            viewer: string;
            /**
             * Format: int32
             * @description How long pictures were shown.
             */
            watched_s: number;
        };
        /** @description The newest viewers of a stream who said how it plays, of the last hour and up to 50. */
        PlaybackReports: {
            engines: components["schemas"]["PlaybackSummary"][];
            items: components["schemas"]["PlaybackViewer"][];
        };
        /** @description What the viewers of one engine have in common. */
        PlaybackSummary: {
            /** Format: int64 */
            dropped: number;
            engine: string;
            /**
             * Format: int32
             * @description Half of the viewers had a picture by then.
             */
            first_picture_p50_ms?: number | null;
            /**
             * Format: int32
             * @description All but a twentieth had.
             */
            first_picture_p95_ms?: number | null;
            /**
             * Format: int32
             * @description Half of the viewers are no further behind.
             */
            latency_p50_ms?: number | null;
            /** Format: int64 */
            stalled_ms: number;
            /** Format: int64 */
            stalls: number;
            viewers: number;
            /**
             * Format: int64
             * @description Sums of all viewers.
             */
            watched_s: number;
        };
        /** @description One viewer as its player last said. */
        PlaybackViewer: components["schemas"]["PlaybackReport"] & {
            reported_at: string;
        };
        /** @description What a player has measured of its browser. */
        PlayerAbilities: {
            /**
             * @description Codecs that Media Source Extensions take in MP4, by the first part of their RFC 6381 names: "avc1", "hvc1", "av01", "mp4a",
             *     "opus", "flac".
             * @default []
             */
            mse?: string[];
            /**
             * @description Whether the browser plays HLS by itself.
             * @default false
             */
            native_hls?: boolean;
            /**
             * @description Codecs that the player decodes itself, named as those of `mse`.
             * @default []
             */
            software?: string[];
            /**
             * @description Codecs received by WebRTC, by the names of session descriptions: "H264", "OPUS".
             * @default []
             */
            webrtc?: string[];
        };
        /** @description A place on earth. */
        Position: {
            /** @description Coordinate system in which it was given: "wgs84" (when absent), "gcj02" or "bd09". */
            crs?: string | null;
            /** Format: double */
            latitude: number;
            /**
             * Format: double
             * @description Degrees; as answered: WGS-84. As given: by `crs`.
             */
            longitude: number;
        };
        /** @description The camera's clock against ours. */
        ProbeClock: {
            /** Format: int64 */
            skew_ms?: number | null;
            text: string;
        };
        /** @description One leg of the way. */
        ProbeLeg: {
            /** Format: int64 */
            elapsed_ms: number;
            leg: string;
            ok: boolean;
            text: string;
        };
        /** @description What a URL delivers, or which leg failed. */
        ProbeReport: {
            /** Format: int64 */
            bitrate_bps?: number | null;
            clock?: components["schemas"]["ProbeClock"] | null;
            /** Format: int64 */
            elapsed_ms: number;
            failed_leg?: string | null;
            /** Format: double */
            fps?: number | null;
            /** Format: int64 */
            gop_ms?: number | null;
            legs: components["schemas"]["ProbeLeg"][];
            next_step?: string | null;
            ok: boolean;
            /** @description What the camera shows: a small JPEG in base64. Absent where it shows nothing, or it cannot be decoded. */
            picture?: string | null;
            summary: string;
            tracks: components["schemas"]["Track"][];
            url: string;
            warnings: string[];
        };
        /** @description A URL to be looked at. */
        ProbeRequest: {
            password?: string | null;
            /**
             * Format: int64
             * @description 1,000 to 30,000; 10,000 when absent.
             */
            timeout_ms?: number | null;
            url: string;
            username?: string | null;
        };
        /** @description An error (RFC 9457). */
        Problem: {
            /** @description Stable identifier. */
            code: string;
            /** @description What happened, why, and what to do. */
            detail: string;
            /** @description The request field at fault, if one is. */
            field?: string | null;
            /** Format: int32 */
            status: number;
            title: string;
            type: string;
        };
        /** @description Who a user is at the sign-in provider, which alone signs that user in. */
        ProviderAccount: {
            issuer: string;
            subject: string;
        };
        /** @description A user to be linked to an account of the provider: password, second factor and sessions are removed. */
        ProviderLink: {
            /** @description By which the provider knows the user (the claim `sub`). */
            subject: string;
        };
        /** @description The code with which a browser came back from the provider, behind the `#`. It is good once, for a minute, in the same browser. */
        ProviderLogin: {
            code: string;
        };
        /** @description The steering of a camera. */
        Ptz: {
            abilities: components["schemas"]["PtzAbilities"];
            cruises: components["schemas"]["PtzCruise"][];
            idle?: components["schemas"]["PtzIdle"] | null;
            position?: components["schemas"]["PtzPosition"] | null;
            presets: components["schemas"]["PtzPreset"][];
            standing: components["schemas"]["PtzStanding"];
        };
        /** @description What a camera can do. */
        PtzAbilities: {
            /** @description Whether it goes through its presets by itself; otherwise the server makes it do so. */
            cruises: boolean;
            focus: boolean;
            /** @description Turns and zooms to a part of the picture. */
            frame: boolean;
            home: boolean;
            iris: boolean;
            /** @description Tells the cruises that it keeps itself and runs them: `GET /channels/{id}/ptz/kept-cruises`. */
            kept_cruises: boolean;
            pan_tilt: boolean;
            /** @description Tells where it looks. */
            position: boolean;
            presets: boolean;
            zoom: boolean;
        };
        /** @description What a client sends on the WebSocket that steers a camera. A motion is repeated at least once a second. */
        PtzCommand: {
            token: string;
            /** @enum {string} */
            type: "auth";
        } | (components["schemas"]["PtzMove"] & {
            /** @enum {string} */
            type: "move";
        }) | {
            /** @enum {string} */
            type: "stop";
        } | (components["schemas"]["PtzFrame"] & {
            /** @enum {string} */
            type: "frame";
        }) | {
            /** Format: int32 */
            number: number;
            /** @enum {string} */
            type: "preset";
        } | {
            /** Format: int32 */
            number: number;
            /** @enum {string} */
            type: "cruise";
        } | {
            /** Format: int32 */
            number: number;
            /** @enum {string} */
            type: "kept_cruise";
        } | {
            /** @enum {string} */
            type: "home";
        } | {
            /** @enum {string} */
            type: "take";
        } | {
            /** @enum {string} */
            type: "release";
        };
        /** @description A tour of presets. */
        PtzCruise: {
            /** @description May be empty. */
            name: string;
            /**
             * Format: int32
             * @description 1 to 255.
             */
            number: number;
            steps: components["schemas"]["PtzCruiseStep"][];
        };
        /** @description A cruise to be saved. */
        PtzCruiseInput: {
            /** @description At most 64 characters; may be empty. */
            name?: string;
            /** @description 1 to 64. */
            steps: components["schemas"]["PtzCruiseStep"][];
        };
        /** @description One stop of a tour. */
        PtzCruiseStep: {
            /**
             * Format: int32
             * @description Seconds, 1 to 3600.
             */
            dwell_s: number;
            /**
             * Format: int32
             * @description 1 to 255.
             */
            preset: number;
        };
        /** @description A part of the picture, as shares of its width and height from the upper left corner. */
        PtzFrame: {
            /** Format: float */
            height: number;
            /** Format: float */
            width: number;
            /** Format: float */
            x: number;
            /** Format: float */
            y: number;
        };
        /** @description What a camera does by itself once nobody has steered it for a while. */
        PtzIdle: {
            /** @description "preset", "cruise" or "home". */
            action: string;
            /**
             * Format: int32
             * @description Seconds after the last command of a person, 5 to 86400; not before the lock of who steered has lapsed.
             */
            after_s: number;
            /**
             * Format: int32
             * @description Of the preset or cruise, 1 to 255.
             */
            number?: number | null;
        };
        /** @description A cruise that the device keeps itself: made in its own page, or by another platform. */
        PtzKeptCruise: {
            /** @description May be empty. */
            name: string;
            /**
             * Format: int32
             * @description Its number in the device, 0 to 255.
             */
            number: number;
            /** @description As far as the device tells them. */
            steps: components["schemas"]["PtzCruiseStep"][];
        };
        PtzKeptCruiseList: {
            items: components["schemas"]["PtzKeptCruise"][];
        };
        /** @description Who steers a camera. */
        PtzLock: {
            /**
             * Format: int64
             * @description Milliseconds until it lapses unless its holder does something.
             */
            left_ms: number;
            /** @description For people. */
            name: string;
            /** @description Whether it is one's own. */
            own: boolean;
            /** @description "operator", or "supervisor" for those who may manage PTZ there and go before operators. */
            priority: string;
            since: string;
            /**
             * Format: int64
             * @description Number of the user.
             */
            user: number;
        };
        /** @description What the server sends there. */
        PtzMessage: (components["schemas"]["PtzStanding"] & {
            /** @enum {string} */
            type: "standing";
        }) | {
            /** @description For people. */
            by: string;
            /** @enum {string} */
            type: "preempted";
        } | {
            /** @enum {string} */
            type: "stopped";
            why: string;
        } | {
            code: string;
            message: string;
            /** @enum {string} */
            type: "error";
        };
        /** @description Speeds, each from -1 to 1 of the fastest that the camera can; absent ones are 0. */
        PtzMove: {
            /**
             * Format: float
             * @description Towards far.
             * @default 0
             */
            focus?: number;
            /**
             * Format: float
             * @description Towards open.
             * @default 0
             */
            iris?: number;
            /**
             * Format: float
             * @description To the right.
             * @default 0
             */
            pan?: number;
            /**
             * Format: float
             * @description Upwards.
             * @default 0
             */
            tilt?: number;
            /**
             * Format: float
             * @description Towards the scene.
             * @default 0
             */
            zoom?: number;
        };
        /** @description Where a camera looks. */
        PtzPosition: {
            /**
             * Format: float
             * @description To the right of the device's own zero.
             */
            pan_deg: number;
            /**
             * Format: float
             * @description Upwards.
             */
            tilt_deg: number;
            /**
             * Format: float
             * @description Focal length as a multiple of the device's own 1.
             */
            zoom: number;
        };
        /** @description A position that a camera keeps. */
        PtzPreset: {
            /** @description Absent when the device did not tell. */
            in_device?: boolean | null;
            /** @description May be empty. */
            name: string;
            /**
             * Format: int32
             * @description 1 to 255.
             */
            number: number;
            /**
             * Format: int64
             * @description Its picture, once there is one.
             */
            snapshot_id?: number | null;
        };
        /** @description The name of a preset; a preset that is saved is where the camera looks now. */
        PtzPresetInput: {
            /** @description At most 64 characters; may be empty. */
            name?: string;
        };
        /** @description Who steers a camera and what it does. */
        PtzStanding: {
            /**
             * Format: int32
             * @description Number of the cruise that runs.
             */
            cruise?: number | null;
            lock?: components["schemas"]["PtzLock"] | null;
            /** @description Whether a motion goes on. */
            moving: boolean;
        };
        /** @description Who feeds a stream. */
        PublisherInfo: {
            address: string;
            protocol: string;
            since: string;
        };
        /** @description What to do with a recording that is being played. */
        RecordingControl: {
            /** @enum {string} */
            action: "pause";
        } | {
            /** @enum {string} */
            action: "resume";
        } | {
            /** @enum {string} */
            action: "seek";
            /** Format: double */
            seconds: number;
        } | {
            /** @enum {string} */
            action: "speed";
            /** Format: double */
            scale: number;
        };
        /** @description A track that an engine's container cannot carry. */
        RefusedTrack: {
            codec: string;
            reason: string;
        };
        /** @description Streams that are pushed onward. */
        Relay: {
            created_at: string;
            enabled: boolean;
            /** Format: int64 */
            id: number;
            /** @description "app/name" on the default virtual host, or "host/app/name"; each part is a name, a beginning followed by `*`, or `*` alone. */
            pattern: string;
            /** @description Streams that are being sent. */
            pushes: components["schemas"]["RelayPush"][];
            /** @description Without credentials; `{vhost}`, `{app}` and `{name}` stand for the stream's name. */
            target: string;
            username?: string | null;
        };
        /** @description A relay to be added or changed. Credentials may also stand in the URL. */
        RelayInput: {
            enabled: boolean;
            /** @description Absent in a change: keep the one stored. */
            password?: string | null;
            pattern: string;
            target: string;
            username?: string | null;
        };
        /** @description All relays. */
        RelayList: {
            items: components["schemas"]["Relay"][];
        };
        RelayOverview: {
            /** @description Pushes that fail and try again. */
            failing: number;
            /** @description Pushes that send. */
            sending: number;
            total: number;
        };
        /** @description One stream on its way to a relay's target. */
        RelayPush: {
            app: string;
            /**
             * Format: int32
             * @description In a row.
             */
            failures: number;
            last_error?: components["schemas"]["SourceError"] | null;
            name: string;
            /**
             * Format: int64
             * @description Milliseconds until the next attempt.
             */
            next_attempt_ms?: number | null;
            since: string;
            /** @description "sending" or "backing_off". */
            state: string;
            /** @description Virtual host; "default" is that of everything that names no configured one. */
            vhost: string;
        };
        /** @description What a reload changed. */
        ReloadResult: {
            changed: string[];
            needs_restart: string[];
        };
        /** @description Where along a road. */
        RoadPosition: {
            /** @description "main", "ramp", "tunnel", "bridge", "toll", "service_area", "intersection". */
            carriageway?: string | null;
            /** @description "G42"; may be empty. */
            code?: string;
            /** @description "up", "down", "both". */
            direction?: string | null;
            /** @description May be empty. */
            name?: string;
            /** @description "K12+300". */
            stake?: string | null;
            /**
             * Format: int64
             * @description The same in metres; what is given is `stake`.
             */
            stake_m?: number | null;
        };
        /** @description A role of the installation's own. */
        Role: {
            /** Format: int64 */
            id: number;
            name: string;
            /** @description "view:stream": an action on a kind of thing. */
            permissions: string[];
            /** Format: int64 */
            version: number;
        };
        /** @description A role to be added or changed. */
        RoleInput: {
            name: string;
            permissions: string[];
        };
        /** @description All roles. */
        RoleList: {
            /** @description Every action that there is. */
            actions: string[];
            built_in: components["schemas"]["BuiltInRole"][];
            items: components["schemas"]["Role"][];
            /** @description Every kind of thing that there is. */
            kinds: string[];
        };
        /** @description Days and times of the week. */
        ScheduleWindow: {
            /** @description 1 (Monday) to 7 (Sunday), each at most once and at least one. */
            days: number[];
            /** @description "HH:MM", 00:00 to 23:59. */
            from: string;
            /** @description "HH:MM", up to 24:00; not after `from`: on the day after. */
            to: string;
        };
        /** @description A browser window that shows a wall and is told what from another desk. */
        Screen: {
            name: string;
            since: string;
            /** @description Sign-in name of who opened it. */
            user: string;
            /**
             * Format: int64
             * @description The view that it was told to show last.
             */
            view_id?: number | null;
        };
        /** @description Screens that are on and that one may send to. */
        ScreenList: {
            items: components["schemas"]["Screen"][];
        };
        /** @description What a screen is to show: a view, or a layout with tiles. */
        ScreenShow: {
            layout?: string | null;
            tiles?: (components["schemas"]["Tile"] | null)[];
            /** Format: int64 */
            view_id?: number | null;
        };
        /** @description What an authenticator app needs; shown once. */
        SecondFactor: {
            /** @description To type in: base32. */
            secret: string;
            /** @description To scan. */
            url: string;
        };
        /** @description Turns the second factor on. */
        SecondFactorConfirmation: {
            code: string;
            password: string;
        };
        /** @description The server and what it does at present. */
        ServerInfo: components["schemas"]["ServerStats"] & {
            /** Format: int64 */
            bytes_in: number;
            /** Format: int64 */
            bytes_out: number;
            connections: number;
            demo: boolean;
            dev: boolean;
            listeners: components["schemas"]["ListenerInfo"][];
            name: string;
            public_host?: string | null;
            shards: number;
            started_at: string;
            /** @description What schedules are read in: an IANA name, or the distance from UTC. */
            time_zone: string;
            tls?: components["schemas"]["TlsInfo"] | null;
            /** Format: int64 */
            uptime_s: number;
            version: string;
        };
        ServerOverview: {
            /** @description Of the last hour. */
            history: components["schemas"]["LoadSample"][];
            /** @description Of this program, in the last second. */
            load: components["schemas"]["ServerStats"];
            machine: components["schemas"]["MachineOverview"];
            /** Format: int64 */
            uptime_s: number;
            version: string;
            workers: components["schemas"]["WorkerOverview"];
        };
        /** @description Load of the last second. */
        ServerStats: {
            /** Format: double */
            cpu_percent: number;
            /** Format: int64 */
            memory_bytes: number;
            /** Format: int64 */
            rate_in_bps: number;
            /** Format: int64 */
            rate_out_bps: number;
            streams: number;
            viewers: number;
        };
        /** @description First run. */
        SetupRequest: {
            /** @description Printed by the server at its start. */
            code?: string | null;
            /** @description At least 10 characters. */
            password: string;
        };
        /** @description Whether the administrator's password is still to be set. */
        SetupState: {
            code_required: boolean;
            needed: boolean;
        };
        /** @description A link by which somebody without an account watches a camera for a time. */
        Share: {
            created_at: string;
            expires_at: string;
            /** Format: int64 */
            id: number;
            /** @description "main" or "sub". */
            rendition: string;
            /** @description Sign-in name of who made it. */
            user: string;
            /** @description Shown over the picture; may be empty. */
            watermark: string;
        };
        /** @description A link that was made. */
        ShareCreated: {
            /** @description Of the console's page; shown only now: "/share/...". */
            path: string;
            share: components["schemas"]["Share"];
        };
        /** @description A link to be made. */
        ShareInput: {
            /**
             * Format: int64
             * @description How long it is good for: 1 minute to 30 days.
             */
            minutes: number;
            /** @description "main" (when absent) or "sub". */
            rendition?: string | null;
            /** @description Up to 64 characters. */
            watermark?: string;
        };
        /** @description Links of a channel. */
        ShareList: {
            items: components["schemas"]["Share"][];
        };
        /** @description What a link leads to. */
        SharedChannel: {
            expires_at: string;
            /** @description Of the camera. */
            name: string;
            /** @description Good for ten minutes or until the link ends: ask again then. */
            offer: components["schemas"]["PlayOffer"];
            watermark: string;
        };
        /** @description An origin whose server did not answer. */
        SilentOrigin: {
            /** @description As in the settings. */
            origin: string;
            /**
             * Format: int64
             * @description Seconds since then.
             */
            since_s: number;
        };
        /** @description A message of SIP, without secrets. */
        SipMessage: {
            at: string;
            /**
             * Format: int64
             * @description Counts up, for asking for what is newer.
             */
            number: number;
            peer: string;
            text: string;
            /** @description "udp", "tcp" or "tls". */
            transport: string;
            /** @description "in" or "out". */
            way: string;
        };
        /** @description The last messages, oldest first. */
        SipTrace: {
            items: components["schemas"]["SipMessage"][];
            /** @description The device whose messages alone are kept. */
            only?: string | null;
        };
        /** @description Whose messages are kept. */
        SipTraceChoice: {
            /** @description A device's code; absent: everybody's. */
            only?: string | null;
        };
        /** @description A picture that is kept. Its file is at `/api/v1/snapshots/{id}/picture`. */
        Snapshot: {
            app: string;
            /** Format: int64 */
            bytes: number;
            /**
             * Format: int64
             * @description The channel that the stream is of, where it is of one.
             */
            channel_id?: number | null;
            /** @description "jpg", "png" or "webp". */
            form: string;
            /**
             * Format: int64
             * @description In pixels.
             */
            height: number;
            /** Format: int64 */
            id: number;
            /** @description When it is removed; never when absent. */
            keep_until?: string | null;
            name: string;
            /** @description "manual", "plan", "patrol", "preset" or "device": taken and sent by a device that was asked to. */
            origin: string;
            /** Format: int64 */
            plan_id?: number | null;
            /** @description Of the file, in hexadecimal digits. */
            sha256: string;
            /** @description When the picture shows what it shows, as the source says or as it came. */
            taken_at: string;
            /** @description Name of the person, or of the plan. */
            taken_by: string;
            vhost: string;
            /**
             * Format: int64
             * @description In pixels.
             */
            width: number;
        };
        /** @description Pictures, newest first. */
        SnapshotPage: {
            items: components["schemas"]["Snapshot"][];
            /**
             * Format: int64
             * @description For `before` of the next page.
             */
            next_before?: number | null;
            /**
             * Format: int64
             * @description Of all pictures, whatever was asked for.
             */
            total: number;
            /**
             * Format: int64
             * @description Bytes of all pictures.
             */
            total_bytes: number;
        };
        /** @description A plan by which pictures are taken again and again. */
        SnapshotPlan: {
            /** @description How many streams all of this is now. */
            cameras: number;
            /** @description Numbers of channels; those that were removed are left out. */
            channels: number[];
            created_at: string;
            enabled: boolean;
            /**
             * Format: int64
             * @description Turns that gave no picture for another reason.
             */
            failed: number;
            /** @description "jpg", "png" or "webp". */
            form: string;
            /**
             * Format: int64
             * @description Cameras of this group.
             */
            group_id?: number | null;
            /** Format: int64 */
            id: number;
            /**
             * Format: int64
             * @description From one picture of a stream to the next.
             */
            interval_ms: number;
            /**
             * Format: int32
             * @description Days that pictures are kept; 0 is without end.
             */
            keep_days: number;
            last_failure?: components["schemas"]["SnapshotPlanFailure"] | null;
            /** Format: int64 */
            last_snapshot_id?: number | null;
            last_taken_at?: string | null;
            /**
             * Format: int32
             * @description In pixels; 0 is no limit.
             */
            max_height: number;
            /**
             * Format: int32
             * @description In pixels; 0 is no limit.
             */
            max_width: number;
            /**
             * Format: int64
             * @description Turns that were left out because the one before was not over, or too many ran.
             */
            missed: number;
            name: string;
            /**
             * Format: int64
             * @description Cameras of this organisation and all below it.
             */
            organisation_id?: number | null;
            /** @description Whether the stream's name and the time are written into the pictures. */
            overlay: boolean;
            /**
             * Format: int32
             * @description 1 to 100.
             */
            quality: number;
            /** @description When it runs; always when absent. */
            schedule?: components["schemas"]["ScheduleWindow"][] | null;
            /**
             * Format: int64
             * @description Turns since then at which the camera was not there.
             */
            skipped: number;
            /** @description "app/name", or "host/app/name". */
            streams: string[];
            /**
             * Format: int64
             * @description Pictures taken since the server's start.
             */
            taken: number;
            /**
             * Format: int64
             * @description Where pictures are sent to.
             */
            target_id?: number | null;
            /** Format: int64 */
            version: number;
        };
        /** @description The last turn of a plan that gave no picture. */
        SnapshotPlanFailure: {
            at: string;
            stream: string;
            text: string;
        };
        /** @description A plan to be added or changed. */
        SnapshotPlanInput: {
            /** @description Up to 1,000 numbers of channels. */
            channels?: number[];
            enabled: boolean;
            form: string;
            /**
             * Format: int64
             * @description All cameras of this group, as they are when it is their turn.
             */
            group_id?: number | null;
            /**
             * Format: int64
             * @description 1,000 (a second) to 604,800,000 (a week).
             */
            interval_ms: number;
            /**
             * Format: int32
             * @description Up to 3,650; 0 is without end.
             */
            keep_days: number;
            /** Format: int32 */
            max_height?: number;
            /** Format: int32 */
            max_width?: number;
            name: string;
            /**
             * Format: int64
             * @description All cameras of this organisation and below it, as they are when it is their turn.
             */
            organisation_id?: number | null;
            overlay?: boolean;
            /** Format: int32 */
            quality: number;
            schedule?: components["schemas"]["ScheduleWindow"][] | null;
            /** @description Up to 1,000: "app/name", or "host/app/name". */
            streams?: string[];
            /** Format: int64 */
            target_id?: number | null;
        };
        /** @description All plans. */
        SnapshotPlanList: {
            items: components["schemas"]["SnapshotPlan"][];
        };
        /** @description How a picture is to be taken; what is absent has its default. */
        SnapshotRequest: {
            /**
             * @description "jpg" (default), "png" or "webp".
             * @default null
             */
            form?: string | null;
            /**
             * @description Written instead of the stream's name.
             * @default null
             */
            label?: string | null;
            /**
             * Format: int32
             * @description Largest height in pixels, up to 8192; 0 or absent for no limit.
             * @default null
             */
            max_height?: number | null;
            /**
             * Format: int32
             * @description Largest width in pixels, up to 8192; 0 or absent for no limit.
             * @default null
             */
            max_width?: number | null;
            /**
             * @description Whether the stream's name and the time are written into the picture.
             * @default false
             */
            overlay?: boolean;
            /**
             * Format: int32
             * @description 1 to 100; 85 by default.
             * @default null
             */
            quality?: number | null;
        };
        /** @description A URL that is pulled. */
        Source: {
            app: string;
            created_at: string;
            /** Format: int32 */
            failures: number;
            last_error?: components["schemas"]["SourceError"] | null;
            /** @description "on_demand" or "always". */
            mode: string;
            name: string;
            /** Format: int64 */
            next_attempt_ms?: number | null;
            /** @description When its schedule opens next, in the server's time zone, if it is outside. */
            opens_at?: string | null;
            /** @description When it may run, by the server's time zone; absent: at any time. */
            schedule?: components["schemas"]["ScheduleWindow"][] | null;
            /**
             * @description "idle", "connecting", "live", "backing_off", "failed", "outside_schedule", or "ended" (a file that is played
             *     once).
             */
            state: string;
            /** @description Without credentials. */
            url: string;
            username?: string | null;
            /** @description Virtual host; "default" is that of everything that names no configured one. */
            vhost: string;
        };
        /** @description Why the last attempt failed. */
        SourceError: {
            leg: string;
            next_step: string;
            text: string;
        };
        /** @description A list of channels (M3U) to be made into sources. */
        SourceImport: {
            /** @description Application of all of them. */
            app: string;
            /** @description Only say what would happen. */
            dry_run?: boolean;
            /** @description The list: `#EXTINF` lines with names are optional. */
            list: string;
            /** @description "on_demand" or "always". */
            mode: string;
            /** @description Virtual host; "default" when absent. */
            vhost?: string | null;
        };
        /** @description What happens to one channel. */
        SourceImportItem: {
            group?: string | null;
            /** @description Line of its address, from 1. */
            line: number;
            /** @description Name of the stream. */
            name: string;
            /** @description "added", "known" (a source has the address already) or "refused". */
            outcome: string;
            /** @description Why it was refused. */
            reason?: string | null;
            title: string;
        };
        /** @description What happens to a list. */
        SourceImportReport: {
            added: number;
            items: components["schemas"]["SourceImportItem"][];
            known: number;
            refused: number;
        };
        /** @description A source to be added or changed. Credentials may also stand in the URL. */
        SourceInput: {
            app: string;
            mode: string;
            name: string;
            /** @description Absent in a change: keep the one stored. */
            password?: string | null;
            /** @description 1 to 32 windows within which it may run; absent: at any time. */
            schedule?: components["schemas"]["ScheduleWindow"][] | null;
            url: string;
            username?: string | null;
            /** @description Virtual host; "default" when absent. */
            vhost?: string | null;
        };
        /** @description All sources. */
        SourceList: {
            items: components["schemas"]["Source"][];
        };
        SourceOverview: {
            /** @description Streams whose source does not answer, by name; at most ten. */
            failing: string[];
            failing_count: number;
            live: number;
            total: number;
        };
        /** @description One step on the way from camera to viewer. */
        Step: {
            at: string;
            /** Format: int32 */
            count: number;
            leg: string;
            ok: boolean;
            text: string;
        };
        /** @description A live stream. */
        Stream: {
            app: string;
            /** Format: int64 */
            bitrate_bps: number;
            /** Format: double */
            fps: number;
            /** Format: int64 */
            gop_ms: number;
            /** Format: int64 */
            incarnation: number;
            name: string;
            publisher?: components["schemas"]["PublisherInfo"] | null;
            /** @description Whether a rule says that it is to be recorded, by another system: this server does not. */
            record: boolean;
            since?: string | null;
            /** @description Whether a source is configured for it. */
            source: boolean;
            /** @description "live", "waiting" (publisher gone or expected), "idle" (a source nobody watches) or "failed". */
            state: string;
            tracks: components["schemas"]["Track"][];
            /** @description Virtual host; "default" is that of everything that names no configured one. */
            vhost: string;
            viewers: number;
        };
        /** @description Everything about one stream. */
        StreamDetail: components["schemas"]["Stream"] & {
            counters: components["schemas"]["Counters"];
            gop: components["schemas"]["Gop"];
            history: components["schemas"]["BitrateSample"][];
            /** @description What its sound is being coded in besides, for those who asked for it: "aac", "opus", "g711a", "g711u". */
            sounds: string[];
            steps: components["schemas"]["Step"][];
            urls: components["schemas"]["StreamUrls"];
            viewers_list: components["schemas"]["Viewer"][];
        };
        StreamOverview: {
            /**
             * Format: int64
             * @description Of all that come in.
             */
            bitrate_bps: number;
            live: number;
            viewers: number;
        };
        /** @description A page of streams. */
        StreamPage: {
            items: components["schemas"]["Stream"][];
            next_cursor?: string | null;
        };
        /** @description One line of the `streams/stats` event. */
        StreamStats: {
            app: string;
            /** Format: int64 */
            bitrate_bps: number;
            /** Format: double */
            fps: number;
            name: string;
            state: string;
            /** @description Virtual host; "default" is that of everything that names no configured one. */
            vhost: string;
            viewers: number;
        };
        /** @description Where a stream can be played. */
        StreamUrls: {
            /** @description MPEG-DASH. */
            dash?: string | null;
            flv?: string | null;
            /** @description Fragmented MP4 with low-latency parts. */
            hls?: string | null;
            /** @description HLS with the sound alone. */
            hls_audio?: string | null;
            /** @description HLS with the token in the path, for a CDN that leaves `/t/TOKEN` out of its cache key. */
            hls_cdn?: string | null;
            /** @description Transport stream segments. */
            hls_ts?: string | null;
            mp4?: string | null;
            rtmp?: string | null;
            rtsp?: string | null;
            ts?: string | null;
            /** @description WebRTC: where an SDP offer is posted (WHEP). */
            webrtc?: string | null;
            ws_flv?: string | null;
            ws_mp4?: string | null;
            ws_ts?: string | null;
        };
        /**
         * @description What a client sends on the WebSocket that speaks. After `start` it sends sound in binary messages of at most 8 KiB, each some
         *     20 to 100 ms. Whoever sends nothing for two seconds is hung up on.
         */
        TalkCommand: {
            /** @description Language of sentences, such as "zh-CN"; English when absent. */
            language?: string;
            token: string;
            /** @enum {string} */
            type: "auth";
        } | {
            form: components["schemas"]["TalkForm"];
            /** @enum {string} */
            type: "start";
        } | {
            /** @enum {string} */
            type: "stop";
        };
        /** @description A file that is played. */
        TalkFile: {
            /** Format: int64 */
            length_ms: number;
            name: string;
            /** Format: int64 */
            position_ms: number;
        };
        /** @description What became of a file. */
        TalkFileEnd: {
            name: string;
            /** @description Why it ended early; absent when it was played to its end. */
            why?: string | null;
        };
        /**
         * @description How sound is coded: 8 kHz, one channel.
         * @enum {string}
         */
        TalkForm: "pcm16" | "a_law";
        /** @description Who has the floor: one at a time for a device with all of its channels. */
        TalkHolder: {
            file?: components["schemas"]["TalkFile"] | null;
            /** @description For people. */
            name: string;
            /** @description Whether it is oneself, perhaps elsewhere. */
            own: boolean;
            since: string;
            /**
             * Format: int64
             * @description Number of the user.
             */
            user: number;
        };
        /** @description What the server sends there. */
        TalkMessage: (components["schemas"]["TalkStanding"] & {
            /** @enum {string} */
            type: "standing";
        }) | {
            /** @description "asking", "ringing" or "speaking". */
            state: string;
            /** @enum {string} */
            type: "state";
        } | {
            /**
             * @description "stopped" by oneself, "taken" by somebody who speaks already, "device", "dead" when nothing came any more, "rights", or
             *     "failed".
             */
            code: string;
            /**
             * Format: int64
             * @description Sound that was dropped because it came faster than it is heard.
             */
            dropped_ms: number;
            /** @enum {string} */
            type: "ended";
            /** @description For people, with a next step where there is one. */
            why: string;
        } | {
            code: string;
            message: string;
            /** @enum {string} */
            type: "error";
        };
        /** @description Who speaks to a device. */
        TalkStanding: {
            holder?: components["schemas"]["TalkHolder"] | null;
            last_file?: components["schemas"]["TalkFileEnd"] | null;
        };
        /** @description What a tile shows: a channel, or a stream that is none's. */
        Tile: {
            /** Format: int64 */
            channel_id: number;
        } | {
            /** @description "app/name". */
            stream: string;
        };
        /** @description The certificate in use. */
        TlsInfo: {
            fingerprint_sha256: string;
            not_after: string;
            self_signed: boolean;
        };
        /** @description A publish or play token to be made. */
        TokenRequest: {
            /** @description "publish" or "play". */
            action: string;
            app: string;
            /**
             * Format: int64
             * @description Up to one year.
             */
            expires_in_s: number;
            /** @description "*" for all streams of the application. */
            name: string;
            /** @description Virtual host; "default" when absent. */
            vhost?: string | null;
        };
        /** @description The token and ready-made URLs by protocol. */
        TokenResponse: {
            expires_at: string;
            token: string;
            urls: {
                [key: string]: string;
            };
        };
        /** @description One track. */
        Track: {
            b_frames?: boolean | null;
            /** Format: int32 */
            channels?: number | null;
            codec: string;
            /** @description RFC 6381, where there is one. G.711 has none; fragmented MP4 carries it as `flac`. */
            codecs?: string | null;
            /** Format: double */
            frame_rate?: number | null;
            /** Format: int32 */
            height?: number | null;
            /** Format: int32 */
            id: number;
            /** @description "video", "audio" or "data". */
            kind: string;
            /** @description RFC 5646, where the source tells. */
            language?: string | null;
            /** Format: int32 */
            level?: number | null;
            /** Format: int32 */
            profile?: number | null;
            /** Format: int32 */
            sample_rate_hz?: number | null;
            /** Format: int32 */
            version: number;
            /** Format: int32 */
            width?: number | null;
        };
        /** @description Traffic of ended sessions, largest first. */
        TrafficReport: {
            from: string;
            items: components["schemas"]["TrafficTotal"][];
            to: string;
            /** @description Of all groups, also those that are left out beyond the first 500. */
            total: components["schemas"]["TrafficTotal"];
        };
        /** @description Traffic of ended sessions under one heading. */
        TrafficTotal: {
            /** Format: int64 */
            bytes: number;
            /** Format: int64 */
            duration_ms: number;
            /** @description A stream, virtual host, subject, protocol, or day, as asked for. */
            group: string;
            /** Format: int64 */
            sessions: number;
        };
        /** @description Changes that were taken back. */
        UndoneSettings: {
            keys: string[];
            /** @description Why the server did not start. */
            reason: string;
        };
        /** @description A header field. */
        UploadHeader: {
            name: string;
            value: string;
        };
        /** @description Another system that pictures are sent to. */
        UploadTarget: {
            created_at: string;
            enabled: boolean;
            /**
             * Format: int64
             * @description Attempts since then that failed.
             */
            failures: number;
            has_password: boolean;
            has_token: boolean;
            headers: components["schemas"]["UploadHeader"][];
            /** Format: int64 */
            id: number;
            /** @description "http_put", "http_post", "http_form" (multipart) or "ftp". */
            kind: string;
            /** @description Why the last attempt failed, if it did. */
            last_error?: string | null;
            last_sent_at?: string | null;
            /**
             * Format: int64
             * @description Pictures since then that were dropped because too many waited, or given up after a day.
             */
            lost: number;
            name: string;
            /**
             * Format: int64
             * @description Pictures sent since the server's start.
             */
            sent: number;
            /** @description With places {id}, {vhost}, {app}, {name}, {date}, {time}, {ext}; one that ends in / gets a file name. */
            url: string;
            username?: string | null;
            /** Format: int64 */
            version: number;
            /**
             * Format: int64
             * @description Pictures that wait.
             */
            waiting: number;
        };
        /** @description A target to be added or changed. */
        UploadTargetInput: {
            enabled: boolean;
            headers?: components["schemas"]["UploadHeader"][];
            kind: string;
            name: string;
            /** @description Absent: keep the stored one. */
            password?: string | null;
            /** @description A bearer token. Absent: keep the stored one; empty: none. */
            token?: string | null;
            url: string;
            username?: string | null;
        };
        /** @description All targets. */
        UploadTargetList: {
            items: components["schemas"]["UploadTarget"][];
        };
        /** @description What came of sending the newest picture. */
        UploadTest: {
            /** @description Why it was not taken. */
            error?: string | null;
            ok: boolean;
            /**
             * Format: int64
             * @description The picture that was sent.
             */
            snapshot_id: number;
        };
        /** @description A person, or a program that signs in as one. */
        User: {
            created_at: string;
            display_name: string;
            enabled: boolean;
            grants: components["schemas"]["Grant"][];
            /** Format: int64 */
            id: number;
            last_login_at?: string | null;
            /** @description Sign-in name. */
            name: string;
            /** Format: int64 */
            organisation_id: number;
            provider?: components["schemas"]["ProviderAccount"] | null;
            /** @description Whether a code is asked for at sign-in. */
            second_factor: boolean;
            /**
             * Format: int64
             * @description Counted up by each change; for `If-Match`.
             */
            version: number;
        };
        /** @description A user to be changed. */
        UserInput: {
            display_name?: string;
            enabled: boolean;
            grants: components["schemas"]["Grant"][];
            name: string;
            /** Format: int64 */
            organisation_id: number;
        };
        /** @description The users that one may see. */
        UserList: {
            items: components["schemas"]["User"][];
        };
        /** @description A named view of the video wall. */
        View: {
            /** @description Whether who asks may change and remove it. */
            changeable: boolean;
            /** Format: int64 */
            id: number;
            /** @description "1", "4", "6", "8", "9", "13", "16", "25", or "grid:CxR" with up to 8 columns and rows. */
            layout: string;
            /** @description Whether that is who asks. */
            mine: boolean;
            name: string;
            /**
             * Format: int64
             * @description By which it is called on the keyboard: 1 to 99.
             */
            number?: number | null;
            /**
             * Format: int64
             * @description With whom it is shared: people of this organisation and below it; absent: with nobody.
             */
            organisation_id?: number | null;
            /** @description Sign-in name of who made it. */
            owner: string;
            /** @description By place; null where nothing is shown. */
            tiles: (components["schemas"]["Tile"] | null)[];
            /** Format: int64 */
            version: number;
        };
        /** @description A view to be added or changed. */
        ViewInput: {
            layout: string;
            name: string;
            /** Format: int64 */
            number?: number | null;
            /** Format: int64 */
            organisation_id?: number | null;
            tiles: (components["schemas"]["Tile"] | null)[];
        };
        /** @description Views that one sees: one's own and those shared with one. */
        ViewList: {
            items: components["schemas"]["View"][];
        };
        ViewOverview: {
            /** Format: int64 */
            id: number;
            layout: string;
            name: string;
            /** Format: int64 */
            number?: number | null;
        };
        /** @description One viewer. */
        Viewer: {
            address: string;
            app: string;
            /** Format: int64 */
            bytes: number;
            /** Format: int64 */
            id: number;
            /**
             * Format: int32
             * @description Jitter of the packets' arrival in milliseconds, as it last reported; only by UDP.
             */
            jitter_ms?: number | null;
            /** Format: int32 */
            lag_ms: number;
            /**
             * Format: int32
             * @description Packets lost on the way to the viewer, in permille, as it last reported; only by UDP.
             */
            loss_permille?: number | null;
            name: string;
            protocol: string;
            /**
             * Format: int64
             * @description Mean over the whole session.
             */
            rate_bps: number;
            since: string;
            /** Format: int32 */
            skips: number;
            user?: string | null;
            user_agent?: string | null;
            /** @description Virtual host; "default" is that of everything that names no configured one. */
            vhost: string;
        };
        /** @description Viewers. */
        ViewerList: {
            items: components["schemas"]["Viewer"][];
            next_cursor?: string | null;
        };
        /** @description Programs that make pictures. */
        WorkerOverview: {
            /** Format: int64 */
            died: number;
            /**
             * Format: int64
             * @description Pictures that were refused because too many waited.
             */
            refused: number;
            /**
             * Format: int64
             * @description Since the server runs.
             */
            started: number;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    applications: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApplicationList"];
                };
            };
        };
    };
    add_application: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ApplicationInput"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Application"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    change_application: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ApplicationInput"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Application"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    remove_application: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    audit: {
        parameters: {
            query?: {
                /** @description Part of actor, address, action or target */
                search?: string;
                /** @description RFC 3339 */
                from?: string;
                /** @description RFC 3339 */
                to?: string;
                /** @description Entries before this one */
                before?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditPage"];
                };
            };
        };
    };
    export_audit: {
        parameters: {
            query?: {
                /** @description Part of actor, address, action or target */
                search?: string;
                /** @description RFC 3339 */
                from?: string;
                /** @description RFC 3339 */
                to?: string;
                /** @description Entries before this one */
                before?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description CSV */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": unknown;
                };
            };
        };
    };
    verify_audit: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditVerdict"];
                };
            };
        };
    };
    channels: {
        parameters: {
            query?: {
                organisation?: number;
                /** @description Also those of organisations below; true when absent. */
                below?: boolean;
                /** @description Part of name, pinyin initials, code, stake ("K12+300": nearest first), road, tag or device. */
                query?: string;
                /** @description Only members of this group. */
                group?: number;
                tag?: string;
                device?: number;
                /** @description "online", "offline", "idle" or "disabled". */
                state?: string;
                /** @description These only: "3,7,12", up to 1000. */
                ids?: string;
                /** @description From 1. */
                page?: number;
                /** @description 1 to 1000; 100 when absent. */
                per_page?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChannelPage"];
                };
            };
        };
    };
    add_channel: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChannelInput"];
            };
        };
        responses: {
            201: {
                headers: {
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Channel"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    change_channels: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChannelBulk"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChannelsChanged"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    export_channels: {
        parameters: {
            query?: {
                organisation?: number;
                query?: string;
            };
            header?: never;
            path: {
                /** @description "xlsx" or "csv". */
                format: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What an import reads, without passwords. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": number[];
                };
            };
        };
    };
    import_channels: {
        parameters: {
            query?: {
                /** @description Only say what would happen. */
                dry_run?: boolean;
                /** @description Of rows that name none; the root when absent. */
                organisation?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description XLSX, or CSV in UTF-8 or GB18030: a heading, then a channel a row. */
        requestBody: {
            content: {
                "application/octet-stream": number[];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChannelImportReport"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    import_template: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description "xlsx" or "csv". */
                format: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description An empty table with its heading and an example. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": number[];
                };
            };
        };
    };
    channel_tree: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChannelTree"];
                };
            };
        };
    };
    undo_channels: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChannelsChanged"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    channel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Channel"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    change_channel: {
        parameters: {
            query?: never;
            header: {
                "If-Match": string;
            };
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChannelInput"];
            };
        };
        responses: {
            200: {
                headers: {
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Channel"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    remove_channel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    play_channel: {
        parameters: {
            query?: {
                /** @description "main" (when absent) or "sub" (main where there is none). */
                rendition?: string;
            };
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["PlayWish"] | null;
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PlayOffer"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ptz: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ptz"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ptz_connect: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A WebSocket: the client sends PtzCommand, `auth` first, the server PtzMessage. What it drove stops when it is gone. */
            101: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ptz_save_cruise: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
                /** @description 1 to 255. */
                number: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PtzCruiseInput"];
            };
        };
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description Somebody else steers. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ptz_remove_cruise: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
                /** @description 1 to 255. */
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description Somebody else steers. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ptz_start_cruise: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
                /** @description 1 to 255. */
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description Somebody else steers. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ptz_frame: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PtzFrame"];
            };
        };
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description Somebody else steers. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ptz_set_home: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description Somebody else steers. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ptz_go_home: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description Somebody else steers. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ptz_set_idle: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PtzIdle"];
            };
        };
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ptz_remove_idle: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ptz_kept_cruises: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PtzKeptCruiseList"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description The device did not tell. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ptz_run_kept_cruise: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
                /** @description 0 to 255. */
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description Somebody else steers. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ptz_take: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description Somebody else steers. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ptz_release: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description Somebody else steers. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ptz_move: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PtzMove"];
            };
        };
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description Somebody else steers. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ptz_save_preset: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
                /** @description 1 to 255. */
                number: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PtzPresetInput"];
            };
        };
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description Somebody else steers. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ptz_remove_preset: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
                /** @description 1 to 255. */
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description Somebody else steers. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ptz_go_to_preset: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
                /** @description 1 to 255. */
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description Somebody else steers. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ptz_name_preset: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
                /** @description 1 to 255. */
                number: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PtzPresetInput"];
            };
        };
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ptz_stop: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description Somebody else steers. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    shares: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ShareList"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    add_share: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ShareInput"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ShareCreated"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    remove_share: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
                share: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    channel_talk: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TalkStanding"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    connect_channel_talk: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A WebSocket: the client sends TalkCommand, `auth` first, and sound; the server TalkMessage. When it is gone, it is hung up. */
            101: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    play_on_channel: {
        parameters: {
            query: {
                /** @description for people */
                name: string;
            };
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        /** @description A WAV file of at most 16 MiB and 10 minutes: PCM of 8 to 32 bits, floating point or G.711, of any rate. It is played once. */
        requestBody: {
            content: {
                "audio/wav": number[];
            };
        };
        responses: {
            /** @description The device listens. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TalkStanding"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description Somebody else speaks. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    stop_on_channel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    configuration: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Configuration"];
                };
            };
        };
    };
    change_configuration: {
        parameters: {
            query?: never;
            header: {
                "If-Match": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ConfigChanges"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Configuration"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    reload: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReloadResult"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    devices: {
        parameters: {
            query?: {
                /** @description Here and below. */
                organisation?: number;
                /** @description Part of name, address, vendor, model or serial. */
                query?: string;
                driver?: string;
                /** @description From 1. */
                page?: number;
                /** @description 1 to 1000; 100 when absent. */
                per_page?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DevicePage"];
                };
            };
        };
    };
    add_device: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewDevice"];
            };
        };
        responses: {
            201: {
                headers: {
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Device"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    device: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Device"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    change_device: {
        parameters: {
            query?: never;
            header: {
                "If-Match": string;
            };
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DeviceInput"];
            };
        };
        responses: {
            200: {
                headers: {
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Device"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    remove_device: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Its channels are removed too. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    downloads: {
        parameters: {
            query?: {
                /** @description code of a device */
                device?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DownloadList"];
                };
            };
        };
    };
    remove_download: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    download_file: {
        parameters: {
            query: {
                /** @description of a link */
                token: string;
            };
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description fragmented MP4; ranges of bytes are served (206) */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "video/mp4": string;
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    download_link: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DownloadLink"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    events: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            101: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    gb28181: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Gb28181State"];
                };
            };
        };
    };
    device_alarms: {
        parameters: {
            query?: {
                /** @description code of a device */
                device?: string;
                /** @description RFC 3339 */
                from?: string;
                /** @description RFC 3339 */
                to?: string;
                before?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceAlarmPage"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    gb28181_devices: {
        parameters: {
            query?: {
                /** @description words of code, name, maker, address */
                query?: string;
                /** @description online or offline */
                state?: string;
                /** @description from 1 */
                page?: number;
                per_page?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Gb28181DevicePage"];
                };
            };
        };
    };
    gb28181_device: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                code: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Gb28181Device"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    gb28181_cards: {
        parameters: {
            query?: {
                /** @description absent: the device itself */
                channel?: string;
            };
            header?: never;
            path: {
                code: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Gb28181CardList"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    gb28181_catalog: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                code: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Gb28181Catalog"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    gb28181_recordings: {
        parameters: {
            query: {
                /** @description RFC 3339 */
                from: string;
                /** @description RFC 3339, at most seven days later */
                to: string;
            };
            header?: never;
            path: {
                code: string;
                channel: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Gb28181RecordingList"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    gb28181_configuration: {
        parameters: {
            query?: {
                /** @description code of the channel; absent: the device itself */
                channel?: string;
                /** @description names of blocks with commas between; BasicParam where it is absent. Some devices answer one block at a time alone */
                parts?: string;
            };
            header?: never;
            path: {
                code: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Gb28181Configuration"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    change_gb28181_configuration: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                code: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Gb28181ConfigurationChange"];
            };
        };
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    gb28181_home_position: {
        parameters: {
            query?: {
                /** @description absent: the device itself */
                channel?: string;
            };
            header?: never;
            path: {
                code: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Gb28181HomePosition"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    change_gb28181_home_position: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                code: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Gb28181HomePositionChange"];
            };
        };
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    import_gb28181_catalog: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                code: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Gb28181Import"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Gb28181Imported"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    order_gb28181_device: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                code: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Gb28181Order"];
            };
        };
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    device_positions: {
        parameters: {
            query?: {
                /** @description code of what is below the device */
                source?: string;
                /** @description RFC 3339 */
                from?: string;
                /** @description RFC 3339 */
                to?: string;
                /** @description only those told after the one with this id */
                after?: number;
            };
            header?: never;
            path: {
                code: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DevicePositionList"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    refresh_gb28181_device: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                code: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    order_gb28181_snapshots: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                code: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Gb28181SnapshotRequest"];
            };
        };
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Gb28181SnapshotProgress"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    device_talk: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                code: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TalkStanding"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    connect_device_talk: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                code: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As for a channel; the device itself is spoken to. */
            101: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    play_on_device: {
        parameters: {
            query: {
                /** @description for people */
                name: string;
            };
            header?: never;
            path: {
                code: string;
            };
            cookie?: never;
        };
        /** @description As for a channel. */
        requestBody: {
            content: {
                "audio/wav": number[];
            };
        };
        responses: {
            /** @description The device listens. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TalkStanding"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description Somebody else speaks. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    stop_on_device: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                code: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    gb28181_upgrade: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                code: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Gb28181LastUpgrade"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    upgrade_gb28181_device: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                code: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Gb28181UpgradeRequest"];
            };
        };
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Gb28181Upgrade"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    put_gb28181_picture: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description from the address that the device was given */
                secret: string;
            };
            cookie?: never;
        };
        /** @description one picture */
        requestBody: {
            content: {
                "image/jpeg": number[];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_gb28181_picture: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description from the address that the device was given */
                secret: string;
            };
            cookie?: never;
        };
        /** @description one picture, or a form (multipart/form-data) with pictures */
        requestBody: {
            content: {
                "image/jpeg": number[];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    gb28181_refused: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Gb28181RefusedList"];
                };
            };
        };
    };
    gb28181_snapshots: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Gb28181SnapshotProgress"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    sip_trace: {
        parameters: {
            query?: {
                /** @description only what is newer than this number */
                behind?: number;
                /** @description words that a message holds */
                query?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SipTrace"];
                };
            };
        };
    };
    choose_sip_trace: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SipTraceChoice"];
            };
        };
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    export_sip_trace: {
        parameters: {
            query?: {
                /** @description words that a message holds */
                query?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
        };
    };
    groups: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GroupList"];
                };
            };
        };
    };
    add_group: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewGroup"];
            };
        };
        responses: {
            201: {
                headers: {
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Group"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    group: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Group"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    rename_group: {
        parameters: {
            query?: never;
            header: {
                "If-Match": string;
            };
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["GroupInput"];
            };
        };
        responses: {
            200: {
                headers: {
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Group"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    remove_group: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    change_group_members: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["GroupMembersInput"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GroupMembersChanged"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    hooks: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HookList"];
                };
            };
        };
    };
    add_hook: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["HookInput"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HookCreated"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    change_hook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["HookInput"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Hook"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    remove_hook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    hook_deliveries: {
        parameters: {
            query?: {
                before?: number;
            };
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HookDeliveryPage"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    retry_hook_delivery: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
                delivery: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    renew_hook_secret: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HookSecret"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    test_hook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HookTest"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    hosts: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HostList"];
                };
            };
        };
    };
    add_host: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["HostInput"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Host"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    change_host: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["HostChange"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Host"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    remove_host: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    licence: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LicenceStanding"];
                };
            };
        };
    };
    put_licence: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LicenceInput"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LicenceStanding"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    remove_licence: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    login: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LoginRequest"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LoginResponse"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    begin_provider_login: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description To the provider, with a cookie; or back to the console, which shows why not. */
            303: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    end_provider_login: {
        parameters: {
            query?: {
                state?: string;
                code?: string;
                error?: string;
                iss?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description To the console, with a code behind the #. */
            303: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    provider_login: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProviderLogin"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LoginResponse"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    login_options: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LoginOptions"];
                };
            };
        };
    };
    logout: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    me: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    keys: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKeyList"];
                };
            };
        };
    };
    add_key: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ApiKeyInput"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKeyCreated"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    remove_key: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    change_password: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordChange"];
            };
        };
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    begin_second_factor: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SecondFactor"];
                };
            };
        };
    };
    confirm_second_factor: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SecondFactorConfirmation"];
            };
        };
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    remove_second_factor: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordInput"];
            };
        };
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    my_sessions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LoginSessionList"];
                };
            };
        };
    };
    end_my_session: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    organisations: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrganisationList"];
                };
            };
        };
    };
    add_organisation: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OrganisationInput"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Organisation"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    change_organisation: {
        parameters: {
            query?: never;
            header: {
                /** @description ETag of the version that is changed; another one is refused with the code `stale` */
                "If-Match": string;
            };
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OrganisationInput"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Organisation"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    remove_organisation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    overview: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Overview"];
                };
            };
        };
    };
    end_patrol: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    stop_patrol_at: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PatrolStopInput"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PatrolStop"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    patrols: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PatrolList"];
                };
            };
        };
    };
    add_patrol: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PatrolInput"];
            };
        };
        responses: {
            201: {
                headers: {
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Patrol"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    patrol: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Patrol"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    change_patrol: {
        parameters: {
            query?: never;
            header: {
                "If-Match": string;
            };
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PatrolInput"];
            };
        };
        responses: {
            200: {
                headers: {
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Patrol"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    remove_patrol: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    patrol_log: {
        parameters: {
            query?: {
                before?: number;
            };
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PatrolLog"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    begin_patrol: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PatrolRun"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    probe: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProbeRequest"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProbeReport"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    relays: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RelayList"];
                };
            };
        };
    };
    add_relay: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RelayInput"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Relay"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    change_relay: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RelayInput"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Relay"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    remove_relay: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    roles: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RoleList"];
                };
            };
        };
    };
    add_role: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RoleInput"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Role"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    change_role: {
        parameters: {
            query?: never;
            header: {
                /** @description ETag of the version that is changed; another one is refused with the code `stale` */
                "If-Match": string;
            };
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RoleInput"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Role"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    remove_role: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    screens: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ScreenList"];
                };
            };
        };
    };
    show_on_screen: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ScreenShow"];
            };
        };
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    server: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ServerInfo"];
                };
            };
        };
    };
    load_history: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LoadHistory"];
                };
            };
        };
    };
    restart: {
        parameters: {
            query?: never;
            header: {
                "If-Match": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    sessions: {
        parameters: {
            query?: {
                search?: string;
                vhost?: string;
                before?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EndedSessionPage"];
                };
            };
        };
    };
    traffic: {
        parameters: {
            query: {
                by: string;
                vhost?: string;
                from?: string;
                to?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TrafficReport"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    setup_state: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SetupState"];
                };
            };
        };
    };
    set_up: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SetupRequest"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LoginResponse"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    open_share: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                token: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SharedChannel"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    plans: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SnapshotPlanList"];
                };
            };
        };
    };
    add_plan: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SnapshotPlanInput"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SnapshotPlan"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    change_plan: {
        parameters: {
            query?: never;
            header: {
                "If-Match": string;
            };
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SnapshotPlanInput"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SnapshotPlan"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    remove_plan: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list: {
        parameters: {
            query?: {
                /** @description app/name, or host/app/name */
                stream?: string;
                channel_id?: number;
                plan_id?: number;
                origin?: string;
                /** @description RFC 3339 */
                from?: string;
                to?: string;
                before?: number;
                /** @description up to 200; 60 by default */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SnapshotPage"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    one: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Snapshot"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    remove: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    picture: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "image/jpeg": number[];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    thumbnail: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "image/jpeg": number[];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    sources: {
        parameters: {
            query?: {
                vhost?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SourceList"];
                };
            };
        };
    };
    add_source: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SourceInput"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Source"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    import_sources: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SourceImport"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SourceImportReport"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    source: {
        parameters: {
            query?: {
                vhost?: string;
            };
            header?: never;
            path: {
                app: string;
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Source"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    change_source: {
        parameters: {
            query?: {
                vhost?: string;
            };
            header?: never;
            path: {
                app: string;
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SourceInput"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Source"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    remove_source: {
        parameters: {
            query?: {
                vhost?: string;
            };
            header?: never;
            path: {
                app: string;
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    streams: {
        parameters: {
            query?: {
                search?: string;
                vhost?: string;
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StreamPage"];
                };
            };
        };
    };
    stream: {
        parameters: {
            query?: {
                vhost?: string;
            };
            header?: never;
            path: {
                app: string;
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StreamDetail"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    control_gb28181_recording: {
        parameters: {
            query?: {
                vhost?: string;
            };
            header?: never;
            path: {
                app: string;
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RecordingControl"];
            };
        };
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    diagnosis: {
        parameters: {
            query?: {
                vhost?: string;
            };
            header?: never;
            path: {
                app: string;
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Diagnosis"];
                };
            };
        };
    };
    fetch_recording: {
        parameters: {
            query?: {
                vhost?: string;
            };
            header?: never;
            path: {
                app: string;
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DownloadInput"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Download"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    play: {
        parameters: {
            query?: {
                vhost?: string;
            };
            header?: never;
            path: {
                app: string;
                name: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["PlayWish"] | null;
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PlayOffer"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    playback_reports: {
        parameters: {
            query?: {
                vhost?: string;
            };
            header?: never;
            path: {
                app: string;
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PlaybackReports"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    report_playback: {
        parameters: {
            query: {
                vhost?: string;
                token: string;
            };
            header?: never;
            path: {
                app: string;
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PlaybackReport"];
            };
        };
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    kick_publisher: {
        parameters: {
            query?: {
                vhost?: string;
            };
            header?: never;
            path: {
                app: string;
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    stream_settings: {
        parameters: {
            query?: {
                vhost?: string;
            };
            header?: never;
            path: {
                app: string;
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EffectiveSettings"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    take: {
        parameters: {
            query?: {
                vhost?: string;
            };
            header?: never;
            path: {
                app: string;
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SnapshotRequest"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Snapshot"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    stream_viewers: {
        parameters: {
            query?: {
                vhost?: string;
            };
            header?: never;
            path: {
                app: string;
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ViewerList"];
                };
            };
        };
    };
    make_token: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TokenRequest"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TokenResponse"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    targets: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UploadTargetList"];
                };
            };
        };
    };
    add_target: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UploadTargetInput"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UploadTarget"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    change_target: {
        parameters: {
            query?: never;
            header: {
                "If-Match": string;
            };
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UploadTargetInput"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UploadTarget"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    remove_target: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    retry_target: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UploadTarget"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    test_target: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UploadTest"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    users: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserList"];
                };
            };
        };
    };
    add_user: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewUser"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    user: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    change_user: {
        parameters: {
            query?: never;
            header: {
                /** @description ETag of the version that is changed; another one is refused with the code `stale` */
                "If-Match": string;
            };
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UserInput"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    remove_user: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    set_password: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordInput"];
            };
        };
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    link_user: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProviderLink"];
            };
        };
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    unlink_user: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    reset_second_factor: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    user_sessions: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LoginSessionList"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    end_user_session: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
                session: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    viewers: {
        parameters: {
            query?: {
                vhost?: string;
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ViewerList"];
                };
            };
        };
    };
    kick_viewer: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    views: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ViewList"];
                };
            };
        };
    };
    add_view: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ViewInput"];
            };
        };
        responses: {
            201: {
                headers: {
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["View"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    view: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["View"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    change_view: {
        parameters: {
            query?: never;
            header: {
                "If-Match": string;
            };
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ViewInput"];
            };
        };
        responses: {
            200: {
                headers: {
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["View"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    remove_view: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
